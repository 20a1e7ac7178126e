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

/** What became of a request: with which error it failed, and what is done about that. */
export interface Provoked {
  readonly error: GroqError;
  readonly again: Retryability;
}

/** How a request over a real connection is brought to fail. */
export interface Provocation extends RawServerOptions {
  /** What is answered. */
  readonly answer?: (request: RawRequest) => void;
  /** How the server is reached. @default by its URL */
  readonly url?: (server: RawServer) => string;
  /** How long things may take, by a clock that stands still. */
  readonly timeouts?: TimeoutsConfig;
  /** Settles when the time is to go on. */
  readonly late?: (server: RawServer, first: Promise<unknown>) => Promise<unknown>;
}

/** Sends one request, as a client does, to a server that does what a fault does. */
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

/** What the real decision about a retry makes of a stream that fails. */
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
        commits: ({ type }) => type !== 'state',
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

/** Lets a client fail that has no network, and whose clock stands still. */
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

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
