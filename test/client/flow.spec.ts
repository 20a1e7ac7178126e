import {
  BehaviorSubject,
  concat,
  delay,
  dematerialize,
  EMPTY,
  materialize,
  NEVER,
  Observable,
  of,
  type SchedulerLike,
  Subject,
  share,
  shareReplay,
  take,
  tap,
  throwError,
} from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import {
  isProtocolError,
  isSlowConsumerError,
  isTimeoutError,
  isTruncatedStreamError,
  isValidationError,
} from '../../src/errors/guards.ts';
import type { Token } from '../../src/model/Token.ts';
import { text } from '../../src/operators/text.ts';
import type { Transport, WireEvent } from '../../src/ports/Transport.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { handClock } from '../util/handClock.ts';
import { chunk, completion, DONE_EVENT, finishEvent, json, LAST_CHUNK, STREAM_HEAD, textEvent } from '../util/http.ts';
import { type RawRequest, type RawServer, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

const PIECE = 'x'.repeat(60_000);
/** Far more than the network buffers hold. */
const PIECES = 400;
const messages = [{ role: 'user' as const, content: 'Hi' }];

/** Writes an answer of many long pieces, as fast as the client reads it. */
function writeAll({ connection: { socket } }: RawRequest, written: { pieces: number }): void {
  socket.write(STREAM_HEAD);
  const piece = chunk(textEvent(PIECE));
  const write = (): void => {
    while (written.pieces < PIECES) {
      written.pieces += 1;
      if (!socket.write(piece)) {
        socket.once('drain', write);
        return;
      }
    }
    socket.end(Buffer.concat([chunk(finishEvent() + DONE_EVENT), Buffer.from(LAST_CHUNK)]));
  };
  write();
}

/** Waits until a number has not changed for many turns of the event loop. */
async function settled(value: () => number): Promise<number> {
  for (let last = -1, turns = 0; turns < 300; turns = last === value() ? turns + 1 : 0) {
    last = value();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return value();
}

describe('the flow of an answer', () => {
  const serve = rawServers();

  const clientOf = (server: RawServer, options: GroqOptions = {}): Groq => {
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, limits: false, retry: { count: 0 }, ...options });
    onTestFinished(() => groq.close());
    return groq;
  };

  const writing = async () => {
    const written = { pieces: 0 };
    const server = await serve({
      answer: (request) => {
        writeAll(request, written);
      },
    });
    return { groq: clientOf(server), server, written };
  };

  it('should let the server wait for a loop that is slow, and lose nothing', async () => {
    const { groq, written } = await writing();
    let length = 0;
    let last: Token | undefined;
    for await (const token of groq.chat({ messages }, { buffer: 8 })) {
      if (last === undefined) expect(await settled(() => written.pieces)).toBeLessThan(PIECES / 2);
      last = token;
      if (token.type === 'text') length += token.text.length;
    }
    expect([length, last?.type, written.pieces]).toEqual([PIECE.length * PIECES, 'finish', PIECES]);
  });

  it('should not slow the server down when pieces are joined', async () => {
    const { groq, written } = await writing();
    const lengths: number[] = [];
    for await (const token of groq.chat({ messages }, { buffer: 1, backpressure: 'conflate' })) {
      if (lengths.length === 0) expect(await settled(() => written.pieces)).toBe(PIECES);
      lengths.push(token.type === 'text' ? token.text.length : 0);
    }
    expect(lengths).toEqual([PIECE.length, PIECE.length * (PIECES - 1), 0]);
  });

  it("should fail and close the connection with `backpressure: 'error'`", async () => {
    const { groq, server } = await writing();
    const values = groq.chat({ messages }, { buffer: 2, backpressure: 'error' })[Symbol.asyncIterator]();
    await values.next();
    await server.connections.all[0]?.closed;
    await values.next();
    await values.next();
    const error = await values.next().catch((cause: unknown) => cause);
    expect(isSlowConsumerError(error) && error.model).toBe('openai/gpt-oss-20b');
  });

  it('should cancel the request when the loop is left', async () => {
    const { groq, server } = await writing();
    for await (const token of groq.chat({ messages })) if (token.type === 'text') break;
    await server.connections.all[0]?.closed;
    expect(server.requests.length).toBe(1);
  });

  it('should not be read while it is paused, and not time out between tokens meanwhile', async () => {
    const clock = handClock();
    const server = await serve();
    const groq = clientOf(server, { scheduler: clock, timeouts: { betweenTokens: 1_000, total: 100_000 } });
    const paused$ = new BehaviorSubject(false);
    const asked = told(groq.chat({ messages }, { paused$ }).pipe(text()));
    await settled(() => {
      clock.advance(0);
      return server.requests.length;
    });
    const { socket } = (await server.requests.at(0)).connection;
    socket.write(STREAM_HEAD + chunk(textEvent('a')).toString());
    await asked.values.at(0);
    paused$.next(true);
    // A piece that has been received already may still be emitted.
    for (const piece of 'bcd') socket.write(chunk(textEvent(piece)));
    await settled(() => asked.values.length);
    clock.advance(50_000);
    expect([asked.values.all, asked.ends]).toEqual([['a', 'b'], []]);
    paused$.next(false);
    await asked.values.at(3);
    clock.advance(1_001);
    clock.advance(1);
    expect(await asked.error).toSatisfy(isTimeoutError);
  });

  it('should be paused from the start, also in a loop, and still be cancellable', async () => {
    const { groq, server, written } = await writing();
    const paused$ = new BehaviorSubject(true);
    const values = groq.chat({ messages }, { paused$ })[Symbol.asyncIterator]();
    const first = values.next();
    let isThere = false;
    void first.then(() => (isThere = true));
    await server.requests.at(0);
    expect(await settled(() => written.pieces)).toBeLessThan(PIECES / 2);
    expect(isThere).toBe(false);
    paused$.next(false);
    expect((await first).value).toMatchObject({ type: 'text' });
    paused$.next(true);
    await values.return?.();
    await server.connections.all[0]?.closed;
  });

  it('should be read, and time out, when `paused$` emits nothing', async () => {
    const clock = virtualClock();
    const heard: boolean[] = [];
    const transport: Transport = {
      send: ({ paused$ = EMPTY }) =>
        new Observable((subscriber) => {
          subscriber.add(paused$.subscribe((paused) => heard.push(paused)));
          for (const event of [wire.sent, wire.head(), wire.text('a')]) subscriber.next(event);
        }),
    };
    const timeouts = { betweenTokens: 1_000 };
    const groq = createGroq({ transport, limits: false, scheduler: clock, timeouts });
    const asked = told(groq.chat({ messages }, { paused$: NEVER }));
    const values = groq.chat({ messages }, { paused$: NEVER })[Symbol.asyncIterator]();
    const first = values.next();
    clock.flush(1_000);
    expect([heard, (await first).value]).toEqual([[false], { type: 'text', text: 'a' }]);
    expect(await asked.error).toSatisfy(isTimeoutError);
    expect(await values.next().catch((error: unknown) => error)).toSatisfy(isTimeoutError);
  });

  /** A transport that records the pauses of each request until it is sent, and answers after a second. */
  const recording = (clock: SchedulerLike, answers: readonly Observable<WireEvent>[]) => {
    const told: boolean[][] = [];
    const transport: Transport = {
      send: ({ paused$ = EMPTY }) => {
        const heard: boolean[] = [];
        const answer = answers[told.push(heard) - 1] ?? EMPTY;
        return new Observable((subscriber) => {
          subscriber.add(paused$.subscribe((paused) => heard.push(paused)));
          subscriber.next(wire.sent);
          subscriber.add(answer.pipe(delay(1_000, clock)).subscribe(subscriber));
        });
      },
    };
    return { told, transport };
  };

  it('should be paused by a value that was emitted while the request was waiting', () => {
    const clock = virtualClock();
    const whole = of(wire.head(), wire.text('a'), wire.finish());
    const { told: heard, transport } = recording(clock, [whole, whole]);
    const counter = constantCounter(1);
    const groq = createGroq({ transport, counter, scheduler: clock, store: quota(1, 5_000, { scheduler: clock }) });
    const paused$ = new Subject<boolean>();
    groq.chat({ messages }).subscribe();
    groq.chat({ messages }, { paused$ }).subscribe();
    clock.schedule(() => {
      paused$.next(true);
    }, 100);
    clock.flush();
    expect([heard, paused$.observed]).toEqual([[[], [true]], false]);
  });

  it('should not time out because of a pause that is over', () => {
    const clock = virtualClock();
    const late = of(wire.text('b'), wire.finish()).pipe(delay(1_800, clock));
    const transport: Transport = { send: () => concat(of(wire.head(), wire.text('a')), late) };
    const timeouts = { betweenTokens: 1_000 };
    const groq = createGroq({ transport, counter: constantCounter(1), scheduler: clock, timeouts, limits: false });
    const paused$ = new BehaviorSubject(false);
    const asked = told(groq.chat({ messages }, { paused$ }).pipe(text()));
    for (const [paused, at] of [
      [true, 100],
      [false, 900],
    ] as const) {
      clock.schedule(() => {
        paused$.next(paused);
      }, at);
    }
    clock.flush();
    expect([asked.values.all, asked.ends]).toEqual([['a', 'b'], [['complete']]]);
  });

  it.each(['chat', 'chunks'] as const)('should keep usage that arrives when %s is read again', (method) => {
    const clock = virtualClock();
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const last = wire.data(`data: ${JSON.stringify({ id: 'c', model: 'm', choices: [], usage })}\n\n`);
    const choices = [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }];
    const first = wire.data(`data: ${JSON.stringify({ id: 'c', model: 'm', choices })}\n\n`);
    const transport: Transport = { send: () => concat(of(wire.head(), first), of(last).pipe(delay(5_000, clock))) };
    const groq = createGroq({ transport, counter: constantCounter(1), scheduler: clock, limits: false });
    const records: unknown[] = [];
    groq.usage$.subscribe((record) => records.push(record));
    const paused$ = new BehaviorSubject(true);
    const answer$: Observable<unknown> = groq[method]({ messages }, { paused$ });
    answer$.subscribe();
    clock.schedule(() => {
      paused$.next(false);
    }, 4_990);
    clock.flush();
    expect(records).toMatchObject([{ type: 'reported' }]);
  });

  it('should remain paused when it is retried', () => {
    const clock = virtualClock();
    const lost = throwError(() => new Error('lost')).pipe(materialize(), delay(500, clock), dematerialize());
    const { told: heard, transport } = recording(clock, [lost, NEVER]);
    const paused$ = new Subject<boolean>();
    const counter = constantCounter(1);
    const groq = createGroq({ transport, counter, scheduler: clock, limits: false, random: () => 0.5 });
    const running = groq.chat({ messages }, { paused$ }).subscribe();
    clock.schedule(() => {
      paused$.next(true);
    }, 100);
    clock.flush(10_000);
    expect(heard).toEqual([[true], [true]]);
    running.unsubscribe();
    expect(paused$.observed).toBe(false);
  });

  it.each([
    ['it waits', 0],
    ['it is answered', 200],
  ])('should fail with the error of `paused$` while %s', (_, at) => {
    const clock = virtualClock();
    const { told: heard, transport } = recording(clock, [NEVER]);
    const paused$ = new Subject<boolean>();
    const groq = createGroq({ transport, counter: constantCounter(1), scheduler: clock, limits: false });
    const ends: unknown[] = [];
    groq.chat({ messages }, { paused$ }).subscribe({ error: (error: unknown) => ends.push(error) });
    const error = new Error('of the one who paused');
    if (at === 0) paused$.error(error);
    else {
      clock.schedule(() => {
        paused$.error(error);
      }, at);
    }
    clock.flush(10_000);
    expect([ends, heard.length]).toEqual([[error], at === 0 ? 0 : 1]);
  });

  it('should not start a request when `paused$` fails at once', () => {
    const clock = virtualClock();
    const { told: heard, transport } = recording(clock, [NEVER]);
    const groq = createGroq({ transport, counter: constantCounter(1), scheduler: clock, limits: false });
    const events: string[] = [];
    groq.events$.subscribe(({ type }) => events.push(type));
    const ends: unknown[] = [];
    const error = new Error('of the one who paused');
    const paused$ = throwError(() => error);
    groq.chat({ messages }, { paused$ }).subscribe({ error: (each: unknown) => ends.push(each) });
    clock.flush(1_000);
    expect([ends, events, heard]).toEqual([[error], [], []]);
  });

  it('should resume from within another answer', async () => {
    const server = await serve();
    const groq = clientOf(server);
    const paused$ = new BehaviorSubject(true);
    const write = async (index: number, piece: string): Promise<void> => {
      const { socket } = (await server.requests.at(index)).connection;
      socket.write(STREAM_HEAD);
      socket.write(Buffer.concat([chunk(textEvent(piece) + finishEvent() + DONE_EVENT), Buffer.from(LAST_CHUNK)]));
    };
    const waiting = told(groq.chat({ messages }, { paused$ }).pipe(text()));
    await write(0, 'b');
    const release = tap(() => {
      paused$.next(false);
    });
    const first = told(groq.chat({ messages }).pipe(text(), release));
    await write(1, 'a');
    await Promise.all([first.ended, waiting.ended]);
    expect([first, waiting].map(({ values, ends }) => [values.all, ends])).toEqual([
      [['a'], [['complete']]],
      [['b'], [['complete']]],
    ]);
  });

  it('should remain paused when it is resent over another connection', async () => {
    const written = { pieces: 0 };
    const server = await serve({
      answer: (request) => {
        const { length } = server.requests;
        if (length === 1) request.connection.socket.write(json(200, completion('a')));
        // It was idle, so to the client it looks closed by the server.
        else if (length === 2) request.connection.socket.destroy();
        else writeAll(request, written);
      },
    });
    const groq = clientOf(server);
    await told(groq.complete({ messages })).ended;
    const asked = told(groq.chat({ messages }, { paused$: new BehaviorSubject(true) }));
    await server.requests.at(2);
    expect(await settled(() => written.pieces)).toBeLessThan(PIECES / 2);
    expect(asked.values.length).toBe(0);
    asked.subscription.unsubscribe();
  });

  it('should emit the pieces received before the server closed the connection during the wait', async () => {
    const server = await serve({
      answer: ({ connection: { socket } }) => {
        socket.write(STREAM_HEAD);
        for (const piece of 'abcdef') socket.write(chunk(textEvent(piece)));
        socket.destroySoon();
      },
    });
    const values = clientOf(server).chat({ messages }, { buffer: 1 })[Symbol.asyncIterator]();
    const texts: unknown[] = [(await values.next()).value];
    await server.connections.all[0]?.closed;
    await settled(() => texts.length);
    const error: unknown = await (async () => {
      for (;;) texts.push((await values.next()).value);
    })().catch((e: unknown) => e);
    expect(texts).toEqual(Array.from('abcdef', (text) => ({ type: 'text', text })));
    expect(isTruncatedStreamError(error) && error.partial.text).toBe('abcdef');
  });

  it('should refuse invalid flow options before anything is sent', async () => {
    const { groq, server } = await writing();
    for (const bad of [{ buffer: 0 }, { backpressure: 'drop' }, { paused$: true }]) {
      const values = groq.chat({ messages }, bad as object)[Symbol.asyncIterator]();
      expect(await values.next().catch((error: unknown) => error)).toSatisfy(isValidationError);
    }
    expect(server.connections.length).toBe(0);
  });

  describe('among several subscribers', () => {
    const open = async () => {
      const server = await serve({
        answer: ({ connection }) => connection.socket.write(STREAM_HEAD + chunk(textEvent('a')).toString()),
      });
      return { server, answer$: clientOf(server).chat({ messages }).pipe(text()) };
    };

    it('should be a separate request for each, unless it is shared', async () => {
      const { server, answer$ } = await open();
      await Promise.all([told(answer$).values.at(0), told(answer$).values.at(0)]);
      expect(server.requests.length).toBe(2);
    });

    it.each([
      ['from then on to those who come late with share()', share<string>(), []],
      ['in full to all with shareReplay()', shareReplay<string>({ bufferSize: Infinity, refCount: true }), ['a']],
    ])('should come %s, and be cancelled when the last one leaves', async (_, sharing, before) => {
      const { server, answer$ } = await open();
      const shared$ = answer$.pipe(sharing);
      const early = told(shared$);
      await early.values.at(0);
      const late = told(shared$);
      expect(late.values.all).toEqual(before);
      const { socket, closed } = (await server.requests.at(0)).connection;
      early.subscription.unsubscribe();
      socket.write(chunk(textEvent('b')));
      await late.values.at(before.length);
      expect([late.values.all, early.values.all, server.open]).toEqual([[...before, 'b'], ['a'], 1]);
      late.subscription.unsubscribe();
      await closed;
      // A later subscriber starts a new request.
      await told(shared$.pipe(take(1))).ended;
      expect(server.requests.length).toBe(2);
    });
  });

  it.each<[string, (groq: Groq) => Observable<unknown>]>([
    ['chat', (groq: Groq) => groq.chat({ messages })],
    ['chunks', (groq: Groq) => groq.chunks({ messages })],
  ])('should fail when a line exceeds `maxLineBytes`: %s', async (_, ask) => {
    const server = await serve({
      answer: ({ connection }) => connection.socket.write(STREAM_HEAD + chunk(textEvent('y'.repeat(900))).toString()),
    });
    const error = await told(ask(clientOf(server, { maxLineBytes: 900 }))).error;
    expect(isProtocolError(error) && error.message).toMatch(/longer than 900 bytes/);
    await server.connections.all[0]?.closed;
  });

  it('should fail when it exceeds `maxResponseBytes`', async () => {
    const server = await serve({
      answer: ({ connection }) => connection.socket.write(json(200, completion('y'.repeat(900)))),
    });
    const error = await told(clientOf(server, { maxResponseBytes: 900 }).complete({ messages })).error;
    expect(isProtocolError(error) && error.message).toMatch(/longer than 900 bytes/);
    await server.connections.all[0]?.closed;
  });

  it('should accept a line of 24 million bytes in small pieces', async () => {
    const line = Buffer.from(textEvent('z'.repeat(24_000_000)));
    const server = await serve({
      answer: ({ connection: { socket } }) => {
        socket.write(STREAM_HEAD);
        for (let at = 0; at < line.length; at += 16_000) socket.write(chunk(line.subarray(at, at + 16_000)));
        socket.write(Buffer.concat([chunk(finishEvent() + DONE_EVENT), Buffer.from(LAST_CHUNK)]));
      },
    });
    const asked = told(clientOf(server, { maxLineBytes: 32_000_000 }).chat({ messages }).pipe(text()));
    expect(await asked.error).toBe(undefined);
    expect(asked.values.all.map(({ length }) => length)).toEqual([24_000_000]);
  });
});
