import type { Dimension } from '../../model/Dimension.ts';
import { parseGoDuration } from '../goDuration.ts';

/** The details of a limit that was hit, as far as Groq's message contains them. */
export interface LimitMessage {
  /** Whether the request can never fit, so that waiting does not help. */
  readonly tooLarge: boolean;
  readonly dimension?: Dimension;
  readonly limit?: number;
  readonly used?: number;
  readonly requested?: number;
  /** After how many milliseconds to try again. */
  readonly ms?: number;
}

/** Groq's abbreviations of its limits in messages. */
const BY_ABBREVIATION: ReadonlyMap<string, Dimension> = new Map([
  ['RPM', 'rpm'],
  ['RPD', 'rpd'],
  ['TPM', 'tpm'],
  ['TPD', 'tpd'],
  ['ITPM', 'itpm'],
  ['OTPM', 'otpm'],
  ['ASPH', 'ash'],
  ['ASPD', 'asd'],
]);

/**
 * Parses the message of a 429 or a 413, the only place where Groq names the limit that was hit. Takes linear time.
 *
 * @example
 * parseLimitMessage('Rate limit reached … on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. …');
 * // => { tooLarge: false, dimension: 'tpd', limit: 100000, used: 97050, requested: 3619, ms: 578016 }
 */
export function parseLimitMessage(message: string): LimitMessage {
  const dimension = BY_ABBREVIATION.get(between(message, '(', '):') ?? '');
  const limit = numberAfter(message, 'Limit ');
  const used = numberAfter(message, 'Used ');
  const requested = numberAfter(message, 'Requested ');
  // The sentence ends with a full stop and a space. A full stop within the duration has no space after it.
  const wait = between(`${message} `, 'try again in ', '. ');
  const ms = wait === undefined ? undefined : parseGoDuration(wait);
  return {
    // Groq has said so since 2025. Before, it told such a request to come back later, although it could never fit.
    tooLarge:
      message.startsWith('Request too large') || (limit !== undefined && requested !== undefined && requested > limit),
    ...(dimension !== undefined && { dimension }),
    ...(limit !== undefined && { limit }),
    ...(used !== undefined && { used }),
    ...(requested !== undefined && { requested }),
    ...(ms !== undefined && { ms }),
  };
}

function between(text: string, open: string, close: string): string | undefined {
  const end = text.indexOf(close, text.indexOf(open));
  const start = end < 0 ? -1 : text.lastIndexOf(open, end);
  return start < 0 ? undefined : text.slice(start + open.length, end);
}

function numberAfter(text: string, label: string): number | undefined {
  const at = text.indexOf(label);
  if (at < 0) return undefined;
  const [digits] = /^~?\d{1,15}/.exec(text.slice(at + label.length, at + label.length + 17)) ?? [];
  return digits === undefined ? undefined : Number(digits.replace('~', ''));
}
