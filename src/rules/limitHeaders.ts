import type { HeaderLevel, LimitHeaders } from '../model/LimitHeaders.ts';
import type { WireHeaders } from '../model/WireHeaders.ts';
import { parseGoDuration } from './goDuration.ts';

/**
 * Reads the `x-ratelimit-*` headers of an answer. What is missing, doubled or not a number is left out.
 *
 * @see https://console.groq.com/docs/rate-limits#rate-limit-headers
 */
export function parseLimitHeaders(headers: WireHeaders): LimitHeaders {
  // Groq's `-requests` are those of the day and its `-tokens` those of the minute.
  const rpd = levelOf(headers, 'requests');
  const tpm = levelOf(headers, 'tokens');
  return { ...(rpd && { rpd }), ...(tpm && { tpm }) };
}

function levelOf(headers: WireHeaders, what: 'requests' | 'tokens'): HeaderLevel | undefined {
  const limit = count(headers[`x-ratelimit-limit-${what}`]);
  const remaining = count(headers[`x-ratelimit-remaining-${what}`]);
  const resetText = headers[`x-ratelimit-reset-${what}`];
  const reset = typeof resetText === 'string' ? parseGoDuration(resetText) : undefined;
  if (limit === undefined && remaining === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { reset }),
  };
}

/** A whole number of at most 15 digits, which a double holds exactly. */
const count = (text: string | readonly string[] | undefined): number | undefined =>
  typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
