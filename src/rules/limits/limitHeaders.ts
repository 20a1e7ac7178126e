import type { HeaderLevel, LimitHeaders } from '../../model/LimitHeaders.ts';
import type { WireHeaders } from '../../model/WireHeaders.ts';
import { parseGoDuration } from '../goDuration.ts';

/**
 * Parses the `x-ratelimit-*` headers of an answer. Missing, repeated and non-numeric values are left out.
 *
 * @see https://console.groq.com/docs/rate-limits#rate-limit-headers
 */
export function parseLimitHeaders(headers: WireHeaders): LimitHeaders {
  const rpd = levelOf(headers, REQUESTS_OF_THE_DAY);
  const tpm = levelOf(headers, TOKENS_OF_THE_MINUTE);
  return { ...(rpd && { rpd }), ...(tpm && { tpm }) };
}

/** The names of the headers that show one bucket. */
interface Names {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

const namesOf = (what: string): Names => ({
  limit: `x-ratelimit-limit-${what}`,
  remaining: `x-ratelimit-remaining-${what}`,
  reset: `x-ratelimit-reset-${what}`,
});

const REQUESTS_OF_THE_DAY = namesOf('requests');
const TOKENS_OF_THE_MINUTE = namesOf('tokens');

function levelOf(headers: WireHeaders, names: Names): HeaderLevel | undefined {
  const limit = count(headers[names.limit]);
  const remaining = count(headers[names.remaining]);
  if (limit === undefined && remaining === undefined) return undefined;
  const resetText = headers[names.reset];
  const reset = typeof resetText === 'string' ? parseGoDuration(resetText) : undefined;
  const level: { -readonly [K in keyof HeaderLevel]: HeaderLevel[K] } = {};
  if (limit !== undefined) level.limit = limit;
  if (remaining !== undefined) level.remaining = remaining;
  if (reset !== undefined) level.reset = reset;
  return level;
}

/** Parses a whole number of at most 15 digits, which a double represents exactly. */
const count = (text: string | readonly string[] | undefined): number | undefined =>
  typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
