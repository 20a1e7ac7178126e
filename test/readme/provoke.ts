import { createServer } from 'node:net';
import { mergeAll, type Observable, of, type SchedulerLike, take } from 'rxjs';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { undiciTransport } from '../../src/adapters/undiciTransport.ts';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { type GroqError, isGroqError } from '../../src/errors/GroqError.ts';
import { retryWithBackoff } from '../../src/operators/retryWithBackoff.ts';
import { send } from '../../src/operators/send.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import { type TimeoutsConfig, timeouts } from '../../src/operators/timeouts.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Transport } from '../../src/ports/Transport.ts';
import { type Retryability, retryability } from '../../src/rules/failures/retryability.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { Arrivals } from '../util/Arrivals.ts';
import { type HandClock, handClock } from '../util/handClock.ts';
import { jobMaker } from '../util/jobs.ts';
import { type RawRequest, type RawServer, type RawServerOptions, startRawServer } from '../util/startRawServer.ts';

/** The error of a request, and whether it is retried. */
export interface Provoked {
  readonly error: GroqError;
  readonly again: Retryability;
}

/** How to make a request over a real connection fail. */
export interface Provocation extends RawServerOptions {
  /** Answers the request. */
  readonly answer?: (request: RawRequest) => void;
  /** The URL of the client. @default that of the server */
  readonly url?: (server: RawServer) => string;
  /** Timeouts, with a clock that stands still. */
  readonly timeouts?: TimeoutsConfig;
  /** Settles when the clock must advance. */
  readonly late?: (server: RawServer, first: Promise<unknown>) => Promise<unknown>;
}

/** Sends one request with a client to a server with this fault. */
export async function overTheWire({ url, timeouts: limits = {}, late, ...options }: Provocation): Promise<Provoked> {
  const { server, stop } = await startRawServer(options);
  const transport = undiciTransport({ apiKey: 'gsk_x', baseURL: url?.(server) ?? server.url });
  const clock = handClock();
  try {
    const values = new Arrivals<unknown>();
    const answer = of(jobMaker()('a')).pipe(
      throttleByBucket({ store: unlimitedStore({ scheduler: clock }), scheduler: clock }),
      send({ transport }),
      mergeAll(),
      timeouts({ ...limits, scheduler: clock }),
    );
    const failed = failureOf(answer, clock, (value) => {
      if (value.type !== 'state') values.add(value);
    });
    if (late !== undefined) {
      await late(server, values.at(0));
      clock.advance(Math.max(...Object.values(limits).filter((limit) => typeof limit === 'number')));
    }
    return await failed;
  } finally {
    await stop();
    await transport.close();
  }
}

/** The error of a failing stream, and whether the real retry policy would retry it. */
export function failureOf<T extends { readonly type: string }>(
  source: Observable<T>,
  scheduler: SchedulerLike = systemClock,
  next: (value: T) => void = () => undefined,
): Promise<Provoked> {
  return new Promise((resolve, reject) => {
    const provoked = (error: unknown, again: Retryability): void => {
      if (isGroqError(error)) resolve({ error, again });
      else reject(error instanceof Error ? error : new Error('it failed with something that is no error'));
    };
    const retry = retryWithBackoff<T>(
      { count: 1, scheduler },
      {
        retrying: ({ error }, destination) => {
          provoked(error, retryability(error));
          destination.complete();
        },
      },
    );
    source.pipe(retry).subscribe({
      next,
      error: (error: unknown) => {
        provoked(error, 'never');
      },
      complete: () => {
        reject(new Error('it did not fail'));
      },
    });
  });
}

/** Makes a client without a network fail, with a clock that stands still. */
export async function inTheClient(
  options: GroqOptions,
  act: (groq: Groq, clock: HandClock) => Observable<unknown>,
  transport: Transport = fakeTransport(() => of()),
): Promise<Provoked> {
  const clock = handClock();
  const groq = createGroq({ transport, counter: constantCounter(1), scheduler: clock, ...options });
  const failed = new Promise<GroqError>((resolve, reject) => {
    act(groq, clock)
      .pipe(take(1))
      .subscribe({
        error: (error: unknown) => {
          if (isGroqError(error)) resolve(error);
          else reject(error instanceof Error ? error : new Error('it failed with something that is no error'));
        },
        complete: () => {
          reject(new Error('it did not fail'));
        },
      });
  });
  await clock.idle();
  clock.advance(86_400_000);
  const error = await failed;
  await groq.close();
  return { error, again: retryability(error) };
}

/** A port without a listener. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
