import type { ReadBytes } from '../ReadBytes.ts';

/** A file of which a beginning and an end are at hand, or all of it. */
export interface AudioFile {
  /** Its whole length, in bytes. */
  readonly size: number;
  /** From where on everything up to the end is at hand, in bytes. */
  readonly endStart: number;
  /** Reads bytes that are at hand. Fewer are given where the file, or what is at hand of it, ends. */
  readonly read: ReadBytes;
}

/** Makes a file of its first bytes and its last, which may overlap. */
export function audioFile(head: Uint8Array, tail: Uint8Array, size: number): AudioFile {
  const tailStart = size - tail.length;
  return {
    size,
    endStart: head.length >= tailStart ? 0 : tailStart,
    read: (offset, length) => {
      if (offset >= tailStart) return tail.subarray(offset - tailStart, offset - tailStart + length);
      const first = head.subarray(offset, offset + length);
      if (first.length === length || head.length < tailStart) return first;
      const rest = tail.subarray(offset + first.length - tailStart, offset + length - tailStart);
      return rest.length === 0 ? first : Uint8Array.of(...first, ...rest);
    },
  };
}

/** Looks at so many bytes of a file; nothing when they are not all at hand. */
export function viewAt({ read }: AudioFile, offset: number, length: number): DataView | undefined {
  const bytes = read(offset, length);
  return bytes.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : undefined;
}

/** The four letters that many formats begin their parts with. Nothing when they are not at hand. */
export function lettersAt({ read }: AudioFile, offset: number, length = 4): string {
  return String.fromCharCode(...read(offset, length));
}

/** A whole number of 64 bits, as exact as a number is. */
export function uint64(view: DataView, offset: number, littleEndian = false): number {
  const [high, low] = littleEndian ? [offset + 4, offset] : [offset, offset + 4];
  return view.getUint32(high, littleEndian) * 2 ** 32 + view.getUint32(low, littleEndian);
}
