import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/**
 * What took too long. `queue` starts when the request is made, `betweenTokens` with each token, and the others when the
 * request is dispatched.
 */
export type TimeoutPhase = 'queue' | 'connect' | 'firstToken' | 'betweenTokens' | 'total';

const WHAT: Readonly<Record<TimeoutPhase, string>> = {
  queue: 'The request could not start',
  connect: 'No connection was established',
  firstToken: 'No token arrived',
  betweenTokens: 'No further token arrived',
  total: 'The answer was not complete',
};

/** A phase of a request took longer than `timeouts` allows. */
export class TimeoutError extends GroqError {
  override readonly name = 'TimeoutError';
  readonly code = 'GROQ_ERR_TIMEOUT';
  readonly phase: TimeoutPhase;
  /** The timeout, in milliseconds. */
  readonly limit: number;
  /** For the phase `queue`: in how many more milliseconds the request would have started, if that was known. */
  declare readonly wouldStartInMs?: number;

  constructor(
    phase: TimeoutPhase,
    limit: number,
    options: Partial<GroqErrorOptions> & { wouldStartInMs?: number | undefined } = {},
  ) {
    const { wouldStartInMs, ...rest } = options;
    const hint =
      wouldStartInMs === undefined ? '' : ` It would have started in ${wouldStartInMs.toLocaleString('en')} ms.`;
    super(`${WHAT[phase]} within ${limit.toLocaleString('en')} ms.${hint}`, {
      advice: `Raise \`timeouts.${phase}\`${phase === 'queue' ? ' or the priority' : ''}, or try again later.`,
      ...rest,
    });
    this.phase = phase;
    this.limit = limit;
    if (wouldStartInMs !== undefined) this.wouldStartInMs = wouldStartInMs;
  }
}
