import type { ReadBytes } from '../ReadBytes.ts';

/** What stands before the bytes: a media type, parameters and the mark of base64. */
const HEAD = /^data:[^,]{0,256};base64,/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads in a data URL, from its text, only the bytes that are asked for: an image of megabytes is not decoded to learn
 * its size.
 *
 * @return Nothing when it is no data URL in base64.
 * @see https://datatracker.ietf.org/doc/html/rfc2397
 */
export function dataUrlReader(url: string): ReadBytes | undefined {
  const [head] = HEAD.exec(url) ?? [];
  if (head === undefined) return undefined;
  return (offset, length) => {
    // Four characters are three bytes.
    const first = Math.floor(offset / 3);
    const end = Math.ceil((offset + length) / 3);
    const text = url.slice(head.length + 4 * first, head.length + 4 * end);
    // Without its padding, of which there may be too much or too little.
    const digits = text.replace(/=+$/, '');
    if (!BASE64.test(text) || digits.length % 4 === 1) return new Uint8Array();
    const skipped = offset - 3 * first;
    return Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0)).subarray(skipped, skipped + length);
  };
}
