/**
 * Reads bytes of something that is not at hand as bytes.
 *
 * @param offset From where, in bytes.
 * @param length How many bytes. Fewer are given where it ends.
 */
export type ReadBytes = (offset: number, length: number) => Uint8Array;
