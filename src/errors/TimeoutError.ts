import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/**
 * What took too long. `queue` is counted from when the request was asked for, `betweenTokens` from one token to the next,
 * and the others from the moment at which it is dispatched.
 */
export type TimeoutPhase = 'queue' | 'connect' | 'firstToken' | 'betweenTokens' | 'total';

const WHAT: Readonly<Record<TimeoutPhase, string>> = {
  queue: 'The request was not admitted',
  connect: 'No connection was made',
  firstToken: 'No token came',
  betweenTokens: 'No further token came',
  total: 'The answer was not whole',
};

/** Something took longer than its `timeouts` allow. */
export class TimeoutError extends GroqError {
  override readonly name = 'TimeoutError';
  readonly code = 'GROQ_ERR_TIMEOUT';
  readonly phase: TimeoutPhase;
  /** What was allowed, in milliseconds. */
  readonly limit: number;
  /** In the phase `queue`: in how many more milliseconds it would have started, where that was known. */
  declare readonly wouldStartInMs?: number;

  constructor(
    phase: TimeoutPhase,
    limit: number,
    options: Partial<GroqErrorOptions> & { wouldStartInMs?: number | undefined } = {},
  ) {
    const { wouldStartInMs, ...rest } = options;
    const hint = wouldStartInMs === undefined ? '' : ` It would have started in ${wouldStartInMs} ms.`;
    super(`${WHAT[phase]} within ${limit} ms.${hint}`, {
      advice: `Raise \`timeouts.${phase}\`${phase === 'queue' ? ' or the priority' : ''}, or try again later.`,
      ...rest,
    });
    this.phase = phase;
    this.limit = limit;
    if (wouldStartInMs !== undefined) this.wouldStartInMs = wouldStartInMs;
  }
}
