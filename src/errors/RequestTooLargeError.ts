import type { Cost } from '../model/Cost.ts';
import type { Dimension } from '../model/Dimension.ts';
import { DIMENSIONS } from '../model/Dimension.ts';
import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The advice, by unit. */
const ADVICE: Readonly<Record<keyof Cost, string>> = {
  requests: 'Raise the limit: below 1 no request can be sent.',
  tokens: 'Shorten the messages or lower max_completion_tokens.',
  inputTokens: 'Shorten the messages.',
  outputTokens: 'Lower max_completion_tokens.',
  audioSeconds: 'Send the recording in parts.',
};

/** A request costs more than a full bucket holds. It would wait forever, so it is refused immediately. */
export class RequestTooLargeError extends GroqError {
  override readonly name = 'RequestTooLargeError';
  readonly code = 'GROQ_ERR_REQUEST_TOO_LARGE';
  readonly dimension: Dimension;
  /** The cost of the request, in the units of the dimension; `Infinity` if Groq refused it without saying its cost. */
  readonly cost: number;
  /** The size of the bucket. */
  readonly limit: number;

  constructor(
    { dimension, cost, limit }: { dimension: Dimension; cost: number; limit: number },
    options: Omit<GroqErrorOptions, 'advice'> = {},
  ) {
    const { label, unit } = DIMENSIONS[dimension];
    const most = limit.toLocaleString('en');
    const name = `${label} (${dimension.toUpperCase()})`;
    super(
      Number.isFinite(cost)
        ? `The request needs ${cost.toLocaleString('en')} ${name}, but the limit is ${most}.`
        : `The request needs more ${name} than the limit of ${most}.`,
      { ...options, advice: ADVICE[unit] },
    );
    this.dimension = dimension;
    this.cost = cost;
    this.limit = limit;
  }
}
