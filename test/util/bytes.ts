/** Concatenates text, numbers and lists of bytes. */
export function bytes(...parts: (string | number | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : [...part];
    }),
  );
}

/** A big-endian number of `size` bytes. */
export const big = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);

/** A little-endian number of `size` bytes. */
export const little = (value: number, size: number): number[] => big(value, size).reverse();
