import { concat, NEVER, of } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import { isGroqError } from '../../src/errors/GroqError.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { handClock } from '../util/handClock.ts';
import { chunk, head, json, LAST_CHUNK, textEvent } from '../util/http.ts';
import { startRawServer } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

const MODEL = 'openai/gpt-oss-20b';
const messages = [{ role: 'user' as const, content: 'Hi' }];
const id = { 'x-request-id': 'req_1' };
const begun = head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', ...id });
const bytes = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));

/** The answer, and whether the connection is lost after it or time passes. */
const CASES: [code: string, answer: Buffer, then?: 'lost' | 'late'][] = [
  ['GROQ_ERR_HTTP', bytes(json(400, { error: { message: 'no' } }, id))],
  ['GROQ_ERR_PROTOCOL', bytes(head(307, { ...id, 'content-length': 0 }))],
  ['GROQ_ERR_PROTOCOL', bytes(head(200, { ...id, 'content-type': 'text/html', 'content-length': 0 }))],
  ['GROQ_ERR_PROTOCOL', bytes(begun, chunk('data: {\n\n'))],
  ['GROQ_ERR_PROTOCOL', bytes(begun, LAST_CHUNK)],
  ['GROQ_ERR_HTTP', bytes(begun, chunk('data: {"error":{"message":"no"}}\n\n'))],
  ['GROQ_ERR_CONNECTION', bytes(begun), 'lost'],
  ['GROQ_ERR_TRUNCATED_STREAM', bytes(begun, chunk(textEvent('a'))), 'lost'],
  ['GROQ_ERR_TIMEOUT', bytes(begun), 'late'],
  ['GROQ_ERR_TIMEOUT', bytes(begun, chunk(textEvent('a'))), 'late'],
];

describe('an error', () => {
  it.each(CASES.map(([code, answer, then]) => ({ code, answer, then })))(
    'should name its request: $code $then',
    async ({ code, answer, then }) => {
      const { server, stop } = await startRawServer();
      const clock = handClock();
      const timeouts = { firstToken: 1_000, betweenTokens: 1_000 };
      const counter = constantCounter(1);
      const groq = createGroq({
        apiKey: 'gsk_x',
        baseURL: server.url,
        counter,
        scheduler: clock,
        timeouts,
        retry: { count: 0 },
      });
      onTestFinished(async () => {
        await groq.close();
        await stop();
      });
      const asked = told(groq.chat({ messages }));
      const { socket } = (await server.requests.at(0)).connection;
      if (then === 'lost') socket.end(answer);
      else socket.write(answer);
      for (let turn = 0; turn < 50; turn++) await clock.idle();
      if (then === 'late') clock.advance(1_000);
      const error = await asked.error;
      expect(isGroqError(error) && [error.code, error.model, error.requestId]).toEqual([code, MODEL, 'req_1']);
      // The partial answer is present only if a part had arrived.
      const has = answer.includes('"content":"a"');
      expect(isGroqError(error) && error.partial?.text).toBe(has ? 'a' : undefined);
    },
  );

  it('should keep the partial answer of a cancelled request, or of a closed client, if there is one', async () => {
    const answers = { a: concat(of('A'), NEVER), b: concat(of('B'), NEVER), c: concat(of('C'), NEVER), d: NEVER };
    const groq = createGroq({ transport: fakeTransport(answers), limits: false, counter: constantCounter(1) });
    const heard = [told(groq.events$), told(groq.usage$)] as const;
    const controller = new AbortController();
    const cancelled = told(groq.chat({ messages: [{ role: 'user', content: 'a' }] }, { signal: controller.signal }));
    const rest = ['b', 'c', 'd'].map((content) => told(groq.chat({ messages: [{ role: 'user', content }] })));
    await rest[1]?.values.at(0);
    const reason = new Error('enough');
    controller.abort(reason);
    await groq.close();
    const errors = await Promise.all([cancelled, ...rest].map(({ error }) => error));
    expect(errors.filter(isGroqError).map(({ code, model, partial }) => [code, model, partial?.text])).toEqual([
      ['GROQ_ERR_CANCELLED', MODEL, 'A'],
      ['GROQ_ERR_CLOSED', MODEL, 'B'],
      ['GROQ_ERR_CLOSED', MODEL, 'C'],
      ['GROQ_ERR_CLOSED', MODEL, undefined],
    ]);
    expect(errors[0]).toMatchObject({ cause: reason });
    const ends = ['cancelled', 'failed', 'failed', 'failed'];
    expect(heard[0].values.all.slice(-ends.length).map(({ type }) => type)).toEqual(ends);
    expect(heard[1].values.all.map(({ type }) => type)).toEqual(ends.map(() => 'estimated'));
  });

  it('should name the model of a request that was cancelled or never connected', async () => {
    const groq = createGroq({
      apiKey: 'gsk_x',
      baseURL: 'http://127.0.0.1:1',
      counter: constantCounter(1),
      retry: { count: 0 },
    });
    const errors = [told(groq.chat({ messages })), told(groq.chat({ messages }, { signal: AbortSignal.abort() }))];
    for (const { error } of errors) expect(await error).toMatchObject({ model: MODEL });
    await groq.close();
  });
});
