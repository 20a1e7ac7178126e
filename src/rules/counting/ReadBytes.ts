/**
 * Reads bytes from a source that need not be an array of bytes.
 *
 * @param offset The position of the first byte.
 * @param length The number of bytes. Fewer are returned at the end of the source.
 */
export type ReadBytes = (offset: number, length: number) => Uint8Array;
