/**
 * Where a file of this package lies, whether it runs from its sources or is installed.
 *
 * @param path From the top folder of the package.
 */
export const packageFile = (path: string): URL => new URL(path, import.meta.resolve('rxgroq/package.json'));
