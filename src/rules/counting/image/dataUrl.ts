import type { ReadBytes } from '../ReadBytes.ts';

/** The part before the data: a media type, parameters and `;base64`. */
const HEAD = /^data:[^,]{0,256};base64,/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Creates a reader of the bytes in a data URL. It decodes only the requested bytes: reading the size of an image does
 * not decode megabytes.
 *
 * @return Undefined if it is not a data URL in base64.
 * @see https://datatracker.ietf.org/doc/html/rfc2397
 */
export function dataUrlReader(url: string): ReadBytes | undefined {
  const [head] = HEAD.exec(url) ?? [];
  if (head === undefined) return undefined;
  return (offset, length) => {
    // Four characters encode three bytes.
    const first = Math.floor(offset / 3);
    const end = Math.ceil((offset + length) / 3);
    const text = url.slice(head.length + 4 * first, head.length + 4 * end);
    // Without the padding, which may be too long or too short.
    const digits = text.replace(/=+$/, '');
    if (!BASE64.test(text) || digits.length % 4 === 1) return new Uint8Array();
    const skipped = offset - 3 * first;
    return Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0)).subarray(skipped, skipped + length);
  };
}
