/** Bytes of text, numbers and lists of bytes, one after the other. */
export function bytes(...parts: (string | number | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : [...part];
    }),
  );
}

/** A number of so many bytes, the greatest first. */
export const big = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);

/** A number of so many bytes, the smallest first. */
export const little = (value: number, size: number): number[] => big(value, size).reverse();
