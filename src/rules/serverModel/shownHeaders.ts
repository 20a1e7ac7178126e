import { formatGoDuration } from '../goDuration.ts';
import type { Refusal, ShownLimits } from './Ruling.ts';

/**
 * Formats the shown limits as the headers of an answer, as Groq does.
 *
 * `requests` are per day and `tokens` are per minute; the other limits have no headers.
 *
 * @example
 * shownHeaders({ tokens: { limit: 8_000, used: 73, remaining: 7_927, reset: 547 } });
 * // => { 'x-ratelimit-limit-tokens': '8000', 'x-ratelimit-remaining-tokens': '7927', 'x-ratelimit-reset-tokens': '547ms' }
 */
export function shownHeaders(shown: ShownLimits): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['requests', 'tokens'] as const) {
    const level = shown[name];
    if (level === undefined) continue;
    headers[`x-ratelimit-limit-${name}`] = String(level.limit);
    headers[`x-ratelimit-remaining-${name}`] = String(level.remaining);
    headers[`x-ratelimit-reset-${name}`] = formatGoDuration(level.reset);
  }
  return headers;
}

/** The headers of a refusal: the shown limits, and `retry-after` in whole seconds if waiting helps. */
export function refusalHeaders({ shown, wait }: Refusal): Record<string, string> {
  const headers = shownHeaders(shown);
  return wait === undefined ? headers : { 'retry-after': String(Math.ceil(wait / 1_000)), ...headers };
}
