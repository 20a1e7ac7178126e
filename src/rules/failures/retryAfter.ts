import type { WireHeaders } from '../../model/WireHeaders.ts';

/** The longest time that a limit of Groq takes to refill, in milliseconds: one day. */
export const LONGEST_WAIT = 86_400_000;

/** The longest plausible wait, in milliseconds. */
const YEAR = 366 * LONGEST_WAIT;

/**
 * Parses how long the server asks to wait, in milliseconds: from `retry-after-ms`, or from `retry-after` in seconds or
 * as a date, which is compared with the server's own clock in `date`. Values that are invalid, not positive or above a
 * year are ignored: an immediate retry would only be refused again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(headers: WireHeaders): number | undefined {
  const ms = decimal(headers['retry-after-ms']);
  if (ms !== undefined) return upToAYear(ms);
  const value = headers['retry-after'];
  const seconds = decimal(value);
  if (seconds !== undefined) return upToAYear(seconds * 1_000);
  return upToAYear(date(value) - date(headers['date']));
}

const upToAYear = (ms: number): number | undefined => (ms > 0 && ms <= YEAR ? ms : undefined);

/** A plain decimal of up to ten digits before the point and after it. */
const decimal = (text: WireHeaders[string]): number | undefined =>
  typeof text === 'string' && /^\d{1,10}(\.\d{1,10})?$/.test(text) ? Number(text) : undefined;

/** An HTTP date has 29 characters; texts that are much longer are not parsed. */
const date = (text: WireHeaders[string]): number =>
  typeof text === 'string' && text.length < 40 && text.endsWith('GMT') ? Date.parse(text) : Number.NaN;
