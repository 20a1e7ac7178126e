import type { Observable } from 'rxjs';
import type { Priority } from '../../src/model/Priority.ts';
import type { Token } from '../../src/model/Token.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { toTokens } from '../../src/operators/toTokens.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import type { Call } from '../../src/scheduler/Attempt.ts';
import { RequestScheduler, type RequestSchedulerConfig } from '../../src/scheduler/RequestScheduler.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { tokens } from './jobs.ts';
import type { RunHelpers } from './rx.ts';

const PRIORITY: Readonly<Record<string, Priority>> = { h: 'high', m: 'normal', l: 'low' };

/** The parts of an answer, as marbles. */
export const wires = {
  s: wire.sent,
  h: wire.head(),
  a: wire.text('a'),
  b: wire.text('b'),
  f: wire.finish('stop', { prompt_tokens: 1, completion_tokens: 0 }),
  d: wire.done,
};

/** The setup of a scheduler under test. */
export interface SetUp extends Partial<RequestSchedulerConfig> {
  /** One request at once and then one every `every` frames. */
  readonly every?: number;
  readonly limits?: LimitStore;
  /** The answer to a request, by its name and the number of requests before it. */
  readonly reply?: (name: string, index: number) => Observable<WireEvent>;
}

/** A scheduler in virtual time with the given answers, and calls that cost one request and one token. */
export function setUp({ scheduler, cold }: RunHelpers, { every = 4, reply, limits, ...config }: SetUp = {}) {
  const answer = reply ?? (() => cold('(shafd|)', wires));
  const store = quota(1, every, { scheduler });
  const transport = fakeTransport(({ body }, index) => answer(String(body), index));
  const under = new RequestScheduler({ store: limits ?? store, transport, scheduler, random: () => 1, ...config });

  const call = (name: string, rest: Partial<Call<Token>> = {}): Call<Token> => ({
    model: 'm',
    request: { model: 'm', messages: [{ role: 'user', content: name }] },
    cost: tokens(1),
    priority: PRIORITY[name.charAt(0)] ?? 'low',
    tenant: undefined,
    lifecycle: false,
    wire: () => ({ method: 'POST', path: '/chat/completions', body: name }),
    read: () => (bytes) => bytes.pipe(parseEvents(), toTokens({ scheduler })),
    usage: (token) => (token.type === 'finish' ? token.usage : undefined),
    timeouts: {},
    retry: {},
    ...rest,
  });
  const ask = (name: string, rest?: Partial<Call<Token>>) => under.answer(call(name, rest));
  return { under, store, transport, ask, call };
}

/** A scheduler with a log of when and how each request ended. */
export const logging = (helpers: RunHelpers, config: SetUp = {}) => {
  const under = setUp(helpers, config);
  const log: string[] = [];
  const ask = (name: string, rest: Partial<Call<Token>> = {}) =>
    under.ask(name, rest).subscribe({
      complete: () => log.push(`${name} ${helpers.scheduler.now()}`),
      error: (error: unknown) => log.push(`${name} ${helpers.scheduler.now()} ${(error as Error).name}`),
    });
  return { ...under, ask, log };
};
