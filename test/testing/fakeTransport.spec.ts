import { answer, createGroq, isConnectionError, isTruncatedStreamError, type Token, text } from 'rxgroq';
import { fakeTransport, type Replies, virtualClock, wire } from 'rxgroq/testing';
import { concat, from, interval, map, mergeMap, NEVER, Observable, of, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const ask = (replies: Replies, prompt = 'a b', model = 'm') => {
  const scheduler = virtualClock();
  const transport = fakeTransport(replies);
  const counter = { count: () => ({ tokens: 1, bound: 1, exact: true }) };
  const groq = createGroq({ transport, limits: false, scheduler, counter, retry: { count: 0 } });
  const request = { model, messages: [{ role: 'user' as const, content: prompt }] };
  const tokens = told(groq.chat(request));
  const answers = told(groq.complete(request));
  scheduler.flush();
  return { transport, tokens, answers, scheduler };
};

const call: Token = { type: 'tool-call', index: 0, id: 'call_1', name: 'add', arguments: '{"a":1}' };
const usage = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 };

describe('fakeTransport', () => {
  it('should answer with a text, streamed or whole as requested, and count words', () => {
    const { tokens, answers, transport } = ask({ 'a b': 'one two three' });
    expect(tokens.values.all).toEqual([
      { type: 'text', text: 'one two three' },
      { type: 'finish', reason: 'stop', usage, id: 'chatcmpl-1', model: 'm' },
    ]);
    expect(answers.values.all).toMatchObject([{ message: { content: 'one two three' }, finish_reason: 'stop', usage }]);
    expect([transport.requests.length, transport.open]).toEqual([2, 0]);
  });

  it('should answer with tokens of all types', () => {
    const finish: Token = { type: 'finish', reason: 'tool_calls', usage, id: 'chatcmpl-1', model: 'm' };
    const pieces: Token[] = [{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'So:' }, call, finish];
    const { tokens, answers } = ask({ 'a b': pieces });
    expect(tokens.values.all).toEqual(pieces);
    expect(answers.values.all).toMatchObject([
      { message: { content: 'So:', reasoning: 'Hm.', tool_calls: [{ id: 'call_1' }] }, finish_reason: 'tool_calls' },
    ]);
  });

  it('should finish with "tool_calls" after a tool call', () => {
    const { tokens, answers } = ask({ 'a b': [call] });
    expect(tokens.values.all[1]).toMatchObject({ reason: 'tool_calls' });
    expect(answers.values.all).toMatchObject([{ finish_reason: 'tool_calls' }]);
  });

  it('should answer with the same message, streamed or whole', () => {
    const messagesOf = (pieces: Token[]) => {
      const { tokens, answers } = ask({ 'a b': pieces });
      const message = told(from(tokens.values.all).pipe(answer())).values.all[0]?.message;
      return [message, answers.values.all[0]?.message];
    };
    const tool_calls = [{ id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }];
    const calling = { role: 'assistant', tool_calls };
    expect(messagesOf([call])).toEqual([calling, calling]);
    const silent = { role: 'assistant', content: '' };
    expect(messagesOf([])).toEqual([silent, silent]);
  });

  it('should answer with the requested model, streamed or whole', () => {
    const { tokens, answers } = ask({ 'a b': 'x' }, 'a b', 'openai/gpt-oss-20b');
    expect(tokens.values.all[1]).toMatchObject({ model: 'openai/gpt-oss-20b' });
    expect(answers.values.all).toMatchObject([{ model: 'openai/gpt-oss-20b' }]);
  });

  it('should send raw events unchanged', async () => {
    const { tokens } = ask({ 'a b': of(wire.sent, wire.head(400), wire.error('No such thing')) });
    expect(await tokens.error).toMatchObject({
      status: 400,
      message: expect.stringContaining('No such thing') as string,
    });
    const { tokens: cut } = ask({ 'a b': [wire.head(), wire.text('one')] });
    expect(await cut.error).toSatisfy(isTruncatedStreamError);
  });

  it('should fail like its answer', async () => {
    const lost = new ConnectionError('It was lost.', { sent: false });
    expect(await ask({ 'a b': throwError(() => lost) }).tokens.error).toSatisfy(isConnectionError);
    expect(
      await ask({
        'a b': concat(
          of('one'),
          throwError(() => lost),
        ),
      }).tokens.error,
    ).toSatisfy(isTruncatedStreamError);
  });

  it('should answer each request with the same prompt separately', () => {
    const { tokens, answers } = ask({ 'a b': (_, index) => `${index}` });
    expect(tokens.values.all[0]).toEqual({ type: 'text', text: '0' });
    expect(answers.values.all).toMatchObject([{ message: { content: '1' } }]);
  });

  it('should answer a request without messages by its path, and count such requests', async () => {
    const list = (n: number) => JSON.stringify({ object: 'list', data: [{ id: `m${n}` }] });
    const transport = fakeTransport({ '/models': (_, n) => [wire.head(), wire.data(list(n))], 'a b': 'x' });
    const groq = createGroq({ transport, limits: false });
    await told(groq.ask('a b')).ended;
    const first = told(groq.models());
    await first.ended;
    const second = told(groq.models());
    await second.ended;
    expect([first.values.all, second.values.all]).toMatchObject([[[{ id: 'm0' }]], [[{ id: 'm1' }]]]);
  });

  it('should say that it knows no prompts', async () => {
    const { tokens } = ask({});
    const message = expect.stringContaining("must be in the replies, which are empty, got 'a b'") as string;
    expect(await tokens.error).toMatchObject({ message });
  });

  it('should name the prompts that it knows', async () => {
    const { tokens } = ask({ x: 'X', y: 'Y' });
    expect(await tokens.error).toMatchObject({
      message: expect.stringContaining("one of 'x', 'y', got 'a b'") as string,
    });
  });

  it('should unsubscribe from its answer when the client unsubscribes', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const reply = cold('-x-y-z-|');
      const groq = createGroq({ transport: fakeTransport({ a: reply }), limits: false, scheduler });
      expectObservable(groq.ask('a').pipe(text(), take(1))).toBe('-(x|)');
      expectSubscriptions(reply.subscriptions).toBe('           ^!');
    });
    const scheduler = virtualClock();
    const groq = createGroq({
      transport: fakeTransport({ a: interval(10, scheduler).pipe(map((i) => `${i}`)) }),
      limits: false,
      scheduler,
    });
    const words = told(groq.ask('a').pipe(text(), take(3)));
    scheduler.flush(1_000);
    expect([words.values.all, scheduler.pending]).toEqual([['0', '1', '2'], 0]);
  });

  it('should unsubscribe from a synchronous answer', () => {
    let given = 0;
    const endless = new Observable<string>((subscriber) => {
      while (!subscriber.closed && given < 100) subscriber.next(String(given++));
    });
    const transport = fakeTransport({ a: endless });
    const body = JSON.stringify({ stream: true, messages: [{ content: 'a' }] });
    // `sent`, the head and two pieces.
    told(transport.send({ method: 'POST', path: '/x', body }).pipe(take(4)));
    expect([given, transport.open]).toEqual([2, 0]);
  });

  it('should emit each admission, and know how many requests are open', () => {
    rx(({ hot, expectObservable, flush }) => {
      const transport = fakeTransport(() => NEVER);
      const send = (content: string) =>
        transport.send({ method: 'POST', path: '/x', body: JSON.stringify({ messages: [{ content }] }) });
      const opened = transport.admissions$.pipe(map(() => transport.open));
      expectObservable(transport.admissions$).toBe('a-(bc)');
      expectObservable(opened).toBe('               1-(23)', { 1: 1, 2: 2, 3: 3 });
      expectObservable(hot('a-(bc)').pipe(mergeMap(send)), '^---!').toBe('');
      flush();
      expect(transport.open).toBe(0);
    });
  });
});
