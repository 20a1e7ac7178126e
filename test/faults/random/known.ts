/**
 * What is known to go wrong and is not mended yet, by what is found of it. Each of these is passed over, so that
 * everything else still shows; when it is mended, its line goes.
 */
export const KNOWN: readonly RegExp[] = [];
