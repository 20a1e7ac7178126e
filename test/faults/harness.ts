import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import type { CallOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isGroqError } from '../../src/errors/GroqError.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import { type HandClock, handClock } from '../util/handClock.ts';
import { type RawRequest, type RawServer, type RawServerOptions, startRawServer } from '../util/rawServer.ts';
import { type Told, told } from '../util/told.ts';
import { Ledger } from './Ledger.ts';

export const KEY = 'gsk_thekeythatnobodymaysee0123456789';
export const PROMPT = 'the-prompt-that-nobody-may-see';
/** The first piece of every answer, and the second. */
export const [ONE, TWO] = ['the-output-', 'that-nobody-may-see'];
export const MODEL = 'openai/gpt-oss-20b';
export const HOUR = 3_600_000;
/** The reservation of one request, in tokens. */
export const RESERVED = 110;
export const request = { messages: [{ role: 'user' as const, content: PROMPT }], max_completion_tokens: 100 };

/** A running request with all objects involved. */
export interface Stage {
  readonly server: RawServer;
  readonly clock: HandClock;
  readonly ledger: Ledger;
  readonly groq: Groq;
  readonly asked: Told<unknown>;
  readonly controller: AbortController;
  readonly events: readonly GroqEvent[];
}

/** Returns the URL of a server; `ended` registers a cleanup. */
export type Reach = (server: RawServer, ended: (stop: () => unknown) => void) => string | Promise<string>;

/** One row of the catalogue: a fault, and its required result. */
export interface Fault extends Omit<RawServerOptions, 'answer'> {
  /** Its number in the catalogue, with a letter where it has several cases. */
  readonly id: string;
  readonly what: string;
  /** Handles a request, given its index. */
  readonly answer?: (request: RawRequest, index: number) => unknown;
  /** @default by its URL */
  readonly url?: Reach | undefined;
  readonly options?: GroqOptions;
  /** The limits. @default more than enough */
  readonly limits?: Limits;
  /** The method that is called. @default chat() */
  readonly ask?: (groq: Groq, call: CallOptions, server: RawServer) => Observable<unknown>;
  /** Runs after the call; mostly advances the clock. */
  readonly play?: (stage: Stage) => unknown;
  /** The expected error. Absent when the answer completes. */
  readonly error?: object;
  /** The emitted text. @default nothing when it fails, both pieces when it completes */
  readonly text?: string;
  /** Checks the values besides the text. */
  readonly values?: (values: readonly unknown[]) => void;
  /** The number of requests that reach the server. @default 1 */
  readonly requests?: number;
  /** The outcome of each reservation, in order. @default one 'used' */
  readonly outcomes?: readonly (Outcome['type'] | readonly Outcome['type'][])[];
  /** Whether the server reports limits that the ledger cannot know. */
  readonly unbalanced?: boolean;
  /** The number of connections kept for the next request. @default 0 */
  readonly pooled?: number;
  /** Checks the state at the end. */
  readonly after?: (stage: Stage) => unknown;
}

/** Makes a test of each row, which checks the properties that hold after every fault. */
export function testFaults(faults: readonly Fault[]): void {
  const { running, logged, reported } = watching();
  const handles = openHandles();
  for (const fault of faults) {
    it(`${fault.id}: ${fault.what}`, async () => {
      const { accept, tls } = fault;
      let count = 0;
      const { server, stop } = await startRawServer({
        ...(tls && { tls }),
        ...(accept && { accept }),
        answer: (asked) => fault.answer?.(asked, count++),
      });
      running.push(stop);
      const stops: (() => unknown)[] = [];
      const url = await fault.url?.(server, (act) => stops.push(act));
      const stage = begin(fault, server, url);
      running.push(() => stage.groq.close());
      await fault.play?.(stage);
      await stage.asked.ended;
      await settled(stage, fault);
      expectOutcome(stage, fault);
      await fault.after?.(stage);
      await expectNothingLeft(stage, fault);
      for (const act of [...stops, stop]) await act();
      expectNoSecret(stage, logged());
      expect(reported(), 'P6: nothing goes unhandled').toEqual([]);
      await vi.waitFor(
        () => {
          expect(openHandles(), 'P5: no handle is left').toEqual(handles);
        },
        { timeout: 20_000, interval: 5 },
      );
    });
  }
}

function begin(fault: Fault, server: RawServer, url = server.url): Stage {
  const clock = handClock();
  const ledger = new Ledger(clock, fault.limits);
  const groq = createGroq({
    apiKey: KEY,
    baseURL: url,
    counter: constantCounter(10),
    scheduler: clock,
    store: ledger,
    random: () => 0,
    retry: { count: 1, initialDelay: 100 },
    timeouts: { queue: HOUR, connect: 10_000, firstToken: 30_000, betweenTokens: 60_000, total: 120_000 },
    ...fault.options,
  });
  const events: GroqEvent[] = [];
  groq.events$.subscribe((event) => events.push(event));
  const controller = new AbortController();
  const { ask = (client: Groq, call: CallOptions) => client.chat(request, call) } = fault;
  const asked = told(ask(groq, { signal: controller.signal }, server));
  return { server, clock, ledger, groq, asked, controller, events };
}

/** Waits until all immediate work is done, and connections are closed unless they are kept. */
async function settled({ server, clock }: Stage, { pooled = 0 }: Fault): Promise<void> {
  await clock.idle();
  while (server.open > pooled) await new Promise(setImmediate);
  await clock.idle();
  expect(server.open, 'P3: the connection is closed, or kept for the next request').toBe(pooled);
}

function expectOutcome({ asked, ledger, server }: Stage, fault: Fault): void {
  const { error, requests = 1, outcomes = ['used'], values } = fault;
  const [end, ...more] = asked.ends;
  expect(more, 'P1: one terminal notification').toEqual([]);
  if (error === undefined) expect(end).toEqual(['complete']);
  else {
    if ('code' in error) expect(end?.[1]).toSatisfy(isGroqError);
    expect(end?.[1]).toMatchObject(error);
  }
  expect(textOf(asked.values.all), 'P4: no token twice, and none missing').toBe(
    fault.text ?? (error === undefined ? ONE + TWO : ''),
  );
  values?.(asked.values.all);
  expect(server.requests.length, 'P4: requests at the server').toBe(requests);
  expect(ledger.outcomes, 'P2: every reservation is settled once, as it deserves').toEqual(
    outcomes.map((kind) => (typeof kind === 'string' ? kind : (expect.toBeOneOf([...kind]) as unknown))),
  );
}

async function expectNothingLeft(stage: Stage, { unbalanced = false }: Fault): Promise<void> {
  const { asked, clock, ledger, groq, server, controller } = stage;
  expect(ledger.open.size, 'P2: nothing is reserved').toBe(0);
  expect(new Set(ledger.settled.map(({ reservation }) => reservation)).size).toBe(ledger.settled.length);
  if (!unbalanced) expect(ledger.imbalances(MODEL), 'P2: the ledger is balanced').toEqual([]);
  expect(clock.pending, 'P5: no timer is left').toBe(0);
  expect(getEventListeners(controller.signal, 'abort'), 'P5: no listener is left').toHaveLength(0);
  const { length } = asked.values;
  await groq.close();
  while (server.open > 0) await new Promise(setImmediate);
  await clock.idle();
  clock.advance(24 * HOUR);
  expect([asked.ends.length, asked.values.length], 'P1: nothing comes after the end').toEqual([1, length]);
}

/** No printed form of an error or an event may contain the key, the prompt or the answer. */
function expectNoSecret({ asked, events }: Stage, logged: readonly unknown[]): void {
  const error = asked.ends[0]?.[1];
  const shown = [error, events].flatMap((value) => [
    String(value),
    inspect(value, { depth: 9 }),
    JSON.stringify([value]),
  ]);
  const hidden = inspect(error, { depth: 9, showHidden: true });
  for (const text of shown) for (const secret of [KEY, PROMPT, ONE, TWO]) expect(text, 'P7').not.toContain(secret);
  for (const secret of [KEY, PROMPT]) expect(hidden, 'P7').not.toContain(secret);
  expect(logged, 'P7: nothing is logged').toEqual([]);
}

/** Records logs and unhandled errors of a test, and stops its servers afterwards. */
function watching() {
  const running: (() => Promise<void>)[] = [];
  let spies: MockInstance[] = [];
  let unhandled: unknown[] = [];
  const report = (value: unknown): void => {
    if (!(value instanceof Error && value.name === 'ExperimentalWarning')) unhandled.push(value);
  };
  const kinds = ['unhandledRejection', 'uncaughtExceptionMonitor', 'warning'] as const;
  beforeEach(() => {
    unhandled = [];
    spies = (['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    for (const kind of kinds) process.on(kind, report);
  });
  afterEach(async () => {
    for (const kind of kinds) process.off(kind, report);
    for (const spy of spies) spy.mockRestore();
    await Promise.all(running.splice(0).map((stop) => stop()));
  });
  return {
    running,
    logged: (): unknown[] => spies.flatMap(({ mock }) => mock.calls),
    reported: (): unknown[] => unhandled,
  };
}

/** Network handles that keep the process alive. */
const openHandles = (): readonly string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCP|TLS|GetAddrInfo|Pipe)/.test(name))
    .sort();

const textOf = (values: readonly unknown[]): string =>
  values
    .map((value) => {
      const { type, text, message } = value as { type?: string; text?: string; message?: { content?: string } };
      return type === 'text' ? text : (message?.content ?? '');
    })
    .join('');
