import { from, map, NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isProtocolError } from '../../src/errors/guards.ts';
import type { ServerEvent } from '../../src/model/Chunk.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { shared } from '../util/shared.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const eventsOf = (chunks: readonly Uint8Array[], config = {}): { events: ServerEvent[]; error: unknown } => {
  const events: ServerEvent[] = [];
  let error: unknown;
  from(chunks)
    .pipe(parseEvents(config))
    .subscribe({ next: (event) => events.push(event), error: (e: unknown) => (error = e) });
  return { events, error };
};

const split = (all: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));

describe('parseEvents', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('parseEvents');
      const chunks = hot(source, { a: bytes('data: '), b: bytes('x\n\n'), c: bytes('data: y\n\ndata: z\n\n') });
      expectObservable(
        chunks.pipe(
          parseEvents(),
          map(({ data }) => data),
        ),
      ).toBe(expected);
      expectSubscriptions(chunks.subscriptions).toBe('^----------!');
    });
  });

  it('should pass errors on, unsubscribe early and never complete by itself', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const bad = new Error('bad');
      expectObservable(cold<Uint8Array>('--#', {}, bad).pipe(parseEvents())).toBe('--#', undefined, bad);
      const source = cold('a--a--', { a: bytes('data: 1\n\n') });
      expectObservable(
        source.pipe(
          parseEvents(),
          map(({ data }) => data),
        ),
        '--!',
      ).toBe('1--');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectObservable(NEVER.pipe(parseEvents()), '---!').toBe('----');
    });
  });

  it('should name events that have no name `message`, and repeat the last id', () => {
    const text = 'data: a\n\nid: 1\nevent: e\ndata: b\n\ndata: c\n\nid\ndata: d\n\n';
    expect(eventsOf([bytes(text)]).events).toEqual([
      { event: 'message', data: 'a', lastEventId: '' },
      { event: 'e', data: 'b', lastEventId: '1' },
      { event: 'message', data: 'c', lastEventId: '1' },
      { event: 'message', data: 'd', lastEventId: '' },
    ]);
  });

  it('should fail for an event that is too long, without showing it', () => {
    const { error } = eventsOf([bytes('data: '), bytes('s3cret'.repeat(10))], { maxLineBytes: 50 });
    expect(error).toSatisfy(isProtocolError);
    expect(String(error)).toContain('50 bytes');
    expect(String(error)).not.toContain('s3cret');
  });

  it.each<[string, string, readonly string[]]>([
    ['characters of several bytes', 'data: Grüße 😀\n\ndata: ✓\n\n', ['Grüße 😀', '✓']],
    ['each kind of line end', 'data: a\r\rdata: b\r\n\r\ndata: c\n\n', ['a', 'b', 'c']],
    ['a byte order mark', '\uFEFFdata: a\n\n', ['a']],
    ['a second byte order mark, which is a part of the line', '\uFEFF\uFEFFdata: a\n\ndata: b\n\n', ['b']],
  ])('should read %s, wherever the bytes are split', (_, text, expected) => {
    const all = bytes(text);
    for (let size = 1; size <= all.length; size++) {
      const { events, error } = eventsOf(split(all, size));
      expect([events.map(({ data }) => data), error]).toEqual([expected, undefined]);
    }
  });

  it.each(['\n', '\r', '\r\n'])('should read a line that is as long as allowed, and none that is longer: %j', (end) => {
    // Between short lines, so that the length of each counts by itself.
    const lines = (long: string) => bytes(['data: a', '', `data: ${long}`, '', 'data: b', '', ''].join(end));
    const [allowed, beyond] = [lines('x'.repeat(14)), lines('x'.repeat(15))];
    for (let size = 1; size <= beyond.length; size++) {
      const whole = eventsOf(split(allowed, size), { maxLineBytes: 20 });
      expect([whole.events.map(({ data }) => data.length), whole.error]).toEqual([[1, 14, 1], undefined]);
      const cut = eventsOf(split(beyond, size), { maxLineBytes: 20 });
      expect([cut.events.map(({ data }) => data.length), isProtocolError(cut.error)]).toEqual([[1], true]);
    }
  });

  it('should fail for an event of many lines that is too long as a whole', () => {
    const { events, error } = eventsOf([bytes('data: 0123456789\n'.repeat(9))], { maxLineBytes: 50 });
    expect([events, isProtocolError(error)]).toEqual([[], true]);
  });

  interface SseCase {
    readonly name: string;
    readonly chunks_base64: readonly string[];
    readonly expected_events: readonly ServerEvent[];
  }

  shared('sse-cases.json', (file) => {
    const { cases } = JSON.parse(file) as { cases: SseCase[] };
    it.each(cases.map((c) => [c.name, c] as const))('should read %s', (_, { chunks_base64, expected_events }) => {
      const chunks = chunks_base64.map((text) => Buffer.from(text, 'base64'));
      for (const cut of [chunks, [Buffer.concat(chunks)], split(Buffer.concat(chunks), 1)]) {
        expect(eventsOf(cut).events).toEqual(expected_events);
      }
    });

    it('should have all 44 cases', () => {
      expect(cases).toHaveLength(44);
    });
  });
});
