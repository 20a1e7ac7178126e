import type { ReadBytes } from '../ReadBytes.ts';

/** A file whose start and end are available, or all of it. */
export interface AudioFile {
  /** Its whole length, in bytes. */
  readonly size: number;
  /** The position from which everything up to the end is available, in bytes. */
  readonly endStart: number;
  /** Reads available bytes. Fewer are returned where the file, or its available part, ends. */
  readonly read: ReadBytes;
}

/** Creates a file from its first and last bytes, which may overlap. */
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
      if (rest.length === 0) return first;
      // As arguments of a function, the bytes of a few pages of Ogg would not fit on the stack.
      const joined = new Uint8Array(first.length + rest.length);
      joined.set(first);
      joined.set(rest, first.length);
      return joined;
    },
  };
}

/** A view of bytes of a file; undefined if they are not all available. */
export function viewAt({ read }: AudioFile, offset: number, length: number): DataView | undefined {
  const bytes = read(offset, length);
  return bytes.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : undefined;
}

/** Reads ASCII letters, such as the four that name a chunk or box. Fewer if they are not all available. */
export function lettersAt({ read }: AudioFile, offset: number, length = 4): string {
  return String.fromCharCode(...read(offset, length));
}

/** A whole number of 64 bits, with the precision of a double. */
export function uint64(view: DataView, offset: number, littleEndian = false): number {
  const [high, low] = littleEndian ? [offset + 4, offset] : [offset, offset + 4];
  return view.getUint32(high, littleEndian) * 2 ** 32 + view.getUint32(low, littleEndian);
}
