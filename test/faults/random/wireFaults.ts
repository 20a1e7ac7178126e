import {
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  from,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { ConnectionError } from '../../../src/errors/ConnectionError.ts';
import { ProtocolError } from '../../../src/errors/ProtocolError.ts';
import type { WireHeaders } from '../../../src/model/WireHeaders.ts';
import type { WireEvent } from '../../../src/ports/Transport.ts';
import { wire } from '../../../src/testing/wire.ts';
import type { Dice } from './Dice.ts';

/** The context of a fault of the network. */
interface Mishap {
  readonly dice: Dice;
  readonly scheduler: SchedulerLike;
  /** Whether false limits are such that the client can recover by itself. */
  readonly mild: boolean;
}

/** Injects a fault into the events of one request. */
type WireFault = (events: Observable<WireEvent>, mishap: Mishap) => Observable<WireEvent>;

/** Output of the model, which no error may show. */
export const OUTPUT = 'what-the-model-wrote';

const lost = (sent: boolean): Observable<never> =>
  throwError(() => new ConnectionError('The connection was lost.', { sent, reason: 'ECONNRESET' }));

/** Passes some events on and then ends. */
const cut =
  (end: (count: number) => Observable<never>): WireFault =>
  (events, { dice }) => {
    const count = dice.below(dice.chance(0.5) ? 3 : 12);
    return concat(
      events.pipe(take(count)),
      defer(() => end(count)),
    );
  };

/** Answers in place of the server, which does not receive the request. */
const answered =
  (reply: (dice: Dice, mild: boolean) => readonly WireEvent[]): WireFault =>
  (_, { dice, scheduler, mild }) =>
    concat(of(wire.sent), from(reply(dice, mild)).pipe(delay(dice.below(200), scheduler)));

/** Inserts an event. */
const inserted =
  (make: (dice: Dice) => WireEvent, from = 2): WireFault =>
  (events, { dice }) => {
    const at = from + dice.below(6);
    return events.pipe(concatMap((event, index) => (index === at ? of(make(dice), event) : of(event))));
  };

/** Rewrites the headers. */
const reheaded =
  (rewrite: (headers: WireHeaders, mishap: Mishap) => WireHeaders): WireFault =>
  (events, mishap) =>
    events.pipe(
      map((event) => (event.type === 'head' ? { ...event, headers: rewrite(event.headers, mishap) } : event)),
    );

/** Rewrites the text of the body, piece by piece. */
const reworded =
  (rewrite: (text: string, dice: Dice) => string): WireFault =>
  (events, { dice }) =>
    events.pipe(
      map((event) => (event.type === 'data' ? wire.data(rewrite(Buffer.from(event.bytes).toString(), dice)) : event)),
    );

const RETRY_AFTERS = ['abc', '-5', '0', '0.2', '1e400', '0x10', 'NaN', '', ' 3', '2592000', '7.66', '9'.repeat(10_000)];
const DURATIONS = ['7.66s', '2m59.56s', '1h2m', '12ms', '∞', '-1s', '', 'NaN', '1h'.repeat(5_000)];
const NUMBERS = ['-1', 'NaN', '1e3', '', '0x10', '∞', '9'.repeat(400), '12 ', 'toString'];

const retryAfter = (dice: Dice, mild: boolean): WireHeaders => {
  if (dice.chance(0.3)) return { 'retry-after': [dice.pick(RETRY_AFTERS), '3'] };
  if (dice.chance(0.2))
    return { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:27:59 GMT' };
  if (dice.chance(0.5)) return { 'retry-after': dice.pick(RETRY_AFTERS) };
  return { 'retry-after': String(dice.below(mild ? 600 : 86_401)) };
};

const USAGES: readonly unknown[] = [
  null,
  'many',
  {},
  { prompt_tokens: -5, completion_tokens: -5 },
  { prompt_tokens: 1e300, completion_tokens: 3 },
  { prompt_tokens: '7', completion_tokens: '7' },
  { prompt_tokens: 3, completion_tokens: 'x' },
  { prompt_tokens: 0, completion_tokens: 0 },
  { prompt_tokens: 5, completion_tokens: 2_000 },
];

const GARBAGE: readonly string[] = [
  `data: {"choices": [{"delta": {"content": "${OUTPUT}"\n\n`,
  `data: ${OUTPUT}\n\n`,
  'data: null\n\n',
  'data: []\n\n',
  'data: {}\n\n',
  'data: {"choices":{}}\n\n',
  'data: {"choices":[null]}\n\n',
  `data: ${'['.repeat(2_000)}\n\n`,
  'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":-1}]}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1e9}]}}]}\n\n',
];

/** Events that do not change the answer. */
const NOISE: readonly string[] = [
  ': ping\n\n',
  '\n\n\n',
  'event: message\n\n',
  'id: 1\nretry: 10\n\n',
  'data: {"choices":[]}\n\n',
  'data: {"choices":[{"index":0}],"__proto__":{"polluted":true}}\n\n',
  'data: {"choices":[{"index":1,"delta":{"content":"another"}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{"content":null,"new_field":{"a":[1]}}}],"constructor":1}\n\n',
];

/** All faults of the network and of the data. */
export const WIRE_FAULTS = {
  refused: (_, { dice, scheduler }) => timer(dice.below(300), scheduler).pipe(mergeMap(() => lost(false))),
  reset: cut((count) => lost(count > 0)),
  closed: cut((count) => (count < 2 ? lost(count > 0) : EMPTY)),
  stalled: cut(() => NEVER),
  slow: (events, { dice, scheduler }) => events.pipe(delay(dice.below(dice.chance(0.2) ? 100_000 : 5_000), scheduler)),
  noHttp: cut(() => throwError(() => new ProtocolError('The server does not speak HTTP.'))),
  busy: answered((dice, mild) => [
    wire.head(429, dice.chance(0.3) ? {} : retryAfter(dice, mild)),
    ...(dice.chance(0.5) ? [wire.error('Slow down.', 'rate_limit_exceeded')] : []),
  ]),
  noCapacity: answered((dice, mild) => [
    wire.head(dice.pick([498, 503]), dice.chance(0.5) ? {} : retryAfter(dice, mild)),
    wire.error('No capacity.', 'capacity_exceeded'),
  ]),
  broken: answered((dice) => [
    wire.head(dice.pick([500, 502, 503, 504, 408, 409]), { 'content-type': 'text/html' }),
    wire.data(`<html>${'x'.repeat(dice.below(9_000))}`),
  ]),
  refusal: answered((dice) => [
    wire.head(dice.pick([301, 307, 400, 401, 403, 404, 413, 422]), {
      location: 'https://elsewhere.example',
      ...(dice.chance(0.2) && { 'x-should-retry': dice.pick(['true', 'false', 'maybe']) }),
    }),
    wire.error('No.'),
  ]),
  strange: (events, { dice }) =>
    events.pipe(
      map((event) =>
        event.type === 'head'
          ? wire.head(200, dice.pick([{ 'content-type': 'text/html' }, { 'content-encoding': 'gzip' }]))
          : event,
      ),
    ),
  empty: (events) => events.pipe(mergeMap((event) => (event.type === 'data' ? [] : [event]))),
  headless: (events) => events.pipe(mergeMap((event) => (event.type === 'head' ? [] : [event]))),
  twoHeads: (events) => events.pipe(mergeMap((event) => (event.type === 'head' ? [event, event] : [event]))),
  noHeaders: reheaded(() => ({})),
  twiceHeaders: reheaded((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [String(value), '1']])),
  ),
  wildHeaders: reheaded((headers, { dice }) =>
    Object.fromEntries(
      Object.keys(headers).map((name) => [name, dice.pick(name.includes('reset') ? DURATIONS : NUMBERS)]),
    ),
  ),
  // The levels are false now, but may have been true before.
  falseHeaders: reheaded((headers, { dice, mild }) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => {
        if (name.includes('reset')) return [name, `${dice.below(100_000)}ms`];
        if (mild && name.includes('limit-')) return [name, value];
        return [name, String(Math.floor(Number(value) * dice.next() * (mild ? 1 : 3)))];
      }),
    ),
  ),
  garbage: inserted((dice) => wire.data(dice.pick(GARBAGE))),
  noise: inserted((dice) => wire.data(dice.pick(NOISE))),
  failure: inserted((dice) =>
    wire.data(
      dice.pick([
        'data: {"error":{"message":"No more.","type":"server_error","status_code":503}}\n\n',
        'event: error\ndata: {"error":{"message":"No more."}}\n\n',
        'data: {"choices":[],"x_groq":{"error":"No more."}}\n\n',
      ]),
    ),
  ),
  // A piece may end anywhere, also within a character.
  pieces: (events, { dice }) =>
    events.pipe(
      concatMap((event) => {
        if (event.type !== 'data') return of(event);
        const size = 1 + dice.below(40);
        const count = Math.ceil(event.bytes.length / size);
        return from(
          Array.from({ length: count }, (_, i): WireEvent => {
            return { type: 'data', bytes: event.bytes.subarray(i * size, (i + 1) * size) };
          }),
        );
      }),
    ),
  usage: reworded((text, dice) =>
    text.replace(/"usage":\{[^}]*(?:\{[^}]*\}[^}]*)?\}/, () => `"usage":${JSON.stringify(dice.pick(USAGES))}`),
  ),
  noReason: reworded((text) => text.replaceAll('"finish_reason":"stop"', '"finish_reason":null')),
  noDone: reworded((text) => text.replaceAll('data: [DONE]\n\n', '')),
  // After its end a stream may go on, and the connection may stay open.
  open: (events, { dice }) =>
    defer(() => {
      let ended = false;
      const watched = events.pipe(
        tap((event) => {
          ended ||= event.type === 'data' && Buffer.from(event.bytes).includes('"finish_reason":"stop"');
        }),
      );
      const more = of(wire.done, wire.text(OUTPUT), wire.done);
      return concat(
        watched,
        defer(() => (ended ? concat(more, dice.chance(0.5) ? NEVER : lost(true)) : EMPTY)),
      );
    }),
} satisfies Record<string, WireFault>;

export type WireFaultKind = keyof typeof WIRE_FAULTS;
