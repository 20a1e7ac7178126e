import * as fc from 'fast-check';

/** Bytes, and the same bytes cut into pieces. */
export interface Cut {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Uint8Array[];
}

/** Cuts bytes at random: often not at all, sometimes into single bytes. */
export function cut(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Cut> {
  const sizes = fc.oneof(
    fc.constant<number[]>([]),
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
  );
  return fc.tuple(bytes, sizes).map(([whole, lengths]) => ({ bytes: whole, pieces: piecesOf(whole, lengths) }));
}

/** Pieces of these lengths, repeatedly. */
function piecesOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  if (lengths.length === 0) return [bytes];
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] as number;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

const encoder = new TextEncoder();

/** The bytes of a text. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Concatenates all parts. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** A text of these parts, possibly repeated. */
export const textOf = (parts: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((all) => all.join(''));

/** A text of any code units, also lone surrogates. The arbitrary of fast-check takes seconds to create. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0x10_ffff })), { maxLength })
    .map((points) => String.fromCodePoint(...points));
