import { catchError, defer, map, Observable, takeUntil } from 'rxjs';
import { isHttpError, isRateLimitError } from '../errors/guards.ts';
import { ProtocolError } from '../errors/ProtocolError.ts';
import { redacted } from '../operators/internal/redacted.ts';
import { responseBody } from '../operators/internal/responseBody.ts';
import { wholeBody } from '../operators/internal/wholeBody.ts';
import { retryWithBackoff } from '../operators/retryWithBackoff.ts';
import { timeouts } from '../operators/timeouts.ts';
import { failIfError } from '../rules/answer/failIfError.ts';
import { parseObject } from '../rules/answer/parseObject.ts';
import { redactError } from '../rules/failures/redactError.ts';
import { type Retryability, retryability } from '../rules/failures/retryability.ts';
import type { Config } from './config.ts';

/** A model as Groq lists it. Fields that are not declared here are kept. */
export interface Model {
  readonly id: string;
  readonly object: 'model';
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly active?: boolean;
  /** Tokens. */
  readonly context_window?: number;
  /** Tokens. */
  readonly max_completion_tokens?: number;
}

/** The longest wait before a retry, in milliseconds. A caller of `models()` does not expect a longer one. */
const LONGEST_PAUSE = 60_000;

/**
 * Requests Groq's models. This endpoint is not limited, so it bypasses the queue.
 *
 * @param closed$ Fails when the client is closed.
 * @param longestPause The longest wait that is accepted from the server, in milliseconds.
 */
export function models(
  config: Config,
  closed$: Observable<never>,
  longestPause: number = LONGEST_PAUSE,
): Observable<Model[]> {
  const { scheduler, random, timeouts: limits, retry } = config;
  // There is no queue to which a 429 could go back, and where limits would hold it.
  const retryable = (error: unknown): Retryability => {
    if (isHttpError(error) && (error.retryAfter ?? 0) > longestPause) return 'never';
    return isRateLimitError(error) ? 'after-a-pause' : retryability(error);
  };
  return getJson(config, '/models').pipe(
    timeouts({ connect: limits.connect, total: limits.total, scheduler }),
    retryWithBackoff({ ...retry, retryable, scheduler, random }),
    map(({ data }) => {
      if (!Array.isArray(data)) throw new ProtocolError('The list of models is not a list.');
      return data as Model[];
    }),
    takeUntil(closed$),
  );
}

function getJson(
  { transport, timeouts: { connect: connectTimeout } }: Config,
  path: string,
): Observable<Record<string, unknown>> {
  const body$ = new Observable<Uint8Array>((destination) => {
    const wire$ = defer(() => transport.send({ method: 'GET', path, connectTimeout }));
    wire$.subscribe(responseBody(destination, { transport }));
  });
  return body$.pipe(
    wholeBody(),
    map((body) => {
      const answer = parseObject(body, 'The answer');
      failIfError(answer);
      return answer;
    }),
    catchError((error: unknown) => {
      // What was escaped in the body, and what stood in a header, can be told for a key only now.
      redactError(error, (text) => redacted(text, transport));
      throw error;
    }),
  );
}
