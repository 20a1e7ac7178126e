import { inspect } from 'node:util';
import { lastValueFrom, type Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import { constantCounter, undiciTransport } from '../../src/operators.ts';
import { chunk, completion, json, LAST_CHUNK, STREAM_HEAD, whole } from '../util/http.ts';
import { type RawRequest, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

const KEY = 'gsk_TheKeyThatNobodyMaySee1234567890';
const messages = [{ role: 'user' as const, content: 'Hi' }];

const written = (value: unknown): string => {
  try {
    return JSON.stringify(value);
  } catch {
    // Objects with cycles cannot be serialized.
    return '';
  }
};

/** All texts of a value when it is inspected, printed or serialized. */
const shown = (value: unknown): string =>
  [
    inspect(value, { depth: 12, showHidden: true, getters: true }),
    written(value),
    String(value),
    ...Object.getOwnPropertyNames(value).map((name) => inspect(Reflect.get(value as object, name))),
  ].join('\n');

describe('the key', () => {
  const serve = rawServers();
  const made: Groq[] = [];

  afterEach(async () => {
    await Promise.all(made.splice(0).map((groq) => groq.close()));
  });

  /** All places where a server can repeat the key. */
  const ECHOES: readonly (readonly [string, (key: string, request: RawRequest) => string | Uint8Array])[] = [
    ['the message of an error', (key) => json(401, { error: { message: `Invalid API Key ${key}.`, type: 'invalid' } })],
    ['the type and the code of an error', (key) => json(400, { error: { message: 'No.', type: key, code: key } })],
    ['the message of an error, escaped', (key) => error(escaped(key))],
    ['the message of an error, with slashes as PHP writes them', (key) => error(key.replaceAll('/', '\\/'))],
    ['the id of a request', (key) => json(401, {}, { 'x-request-id': key })],
    ['a body that is no JSON', (key) => whole(500, `<html>${key}</html>`)],
    ['an error in the middle of a stream', (key) => stream(`data: ${JSON.stringify({ error: { message: key } })}\n\n`)],
    [
      'an error instead of an answer',
      (key) => json(200, { error: { message: `Invalid API Key ${key}.`, type: key, code: key } }),
    ],
    ['an event that is no JSON', (key) => stream(`data: {${key}\n\n`)],
    ['an answer that is no JSON', (key) => whole(200, key, { 'content-type': 'application/json' })],
    ['the type of an answer', (key) => whole(200, '', { 'content-type': `text/html; ${key}` })],
    ['the reason of a status', (key) => `HTTP/1.1 500 ${key}\r\ncontent-length: 0\r\n\r\n`],
    ['the place where a redirect points', (key) => whole(307, '', { location: `https://elsewhere.example/?${key}` })],
    ['what is no HTTP', (key) => `${key}\r\n\r\n`],
  ];

  const stream = (event: string): Uint8Array =>
    Buffer.concat([Buffer.from(STREAM_HEAD), chunk(event), Buffer.from(LAST_CHUNK)]);

  /** A refusal with this message, which is already escaped for JSON. */
  const error = (message: string): string => whole(401, `{"error":{"message":"${message}"}}`);

  const escaped = (text: string): string =>
    Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

  /** A key of another server with Groq's API, in a different format. */
  const OTHER_KEY = 'sk-another/TheKeyThatNobodyMaySee.1234567890';
  const cases = [
    ...ECHOES.map(([where, echo]) => [where, echo, KEY] as const),
    ...ECHOES.map(([where, echo]) => [`${where}, of another kind`, echo, OTHER_KEY] as const),
  ];

  it.each(cases)('should not be in an error when the server repeats it in %s', async (_, echo, apiKey) => {
    const server = await serve({
      answer: (request) => {
        const [, key = ''] = /^authorization: Bearer (.+)$/im.exec(request.head) ?? [];
        expect(key).toBe(apiKey);
        request.connection.socket.end(echo(key, request));
      },
    });
    const groq = createGroq({ apiKey, baseURL: server.url, counter: constantCounter(1), retry: { count: 0 } });
    made.push(groq);
    const events: unknown[] = [];
    groq.events$.subscribe((event) => events.push(event));
    // A part of a key is secret too.
    const beginning = apiKey.slice(0, 20);
    const answers: Observable<unknown>[] = [
      groq.chat({ messages }),
      groq.complete({ messages }),
      groq.chunks({ messages }),
      groq.models(),
    ];
    for (const answer of answers) {
      const error: unknown = await lastValueFrom(answer).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(Error);
      expect(shown(error)).not.toContain(beginning);
    }
    expect(shown(events)).not.toContain(beginning);
  });

  it('should not be in an error when a newer key has replaced it', async () => {
    const server = await serve();
    const keys = [OTHER_KEY, KEY];
    const apiKey = () => keys.shift() ?? KEY;
    const groq = createGroq({ apiKey, baseURL: server.url, counter: constantCounter(1), limits: false });
    made.push(groq);
    const first = told(groq.chat({ messages }));
    const { connection } = await server.requests.at(0);
    const second = told(groq.chat({ messages }));
    await server.requests.at(1);
    connection.socket.end(json(401, { error: { message: `Invalid API Key ${OTHER_KEY}.` } }));
    const error = await first.error;
    expect(error).toMatchObject({ status: 401 });
    expect(shown(error)).not.toContain(OTHER_KEY);
    second.subscription.unsubscribe();
  });

  it('should not be redacted when it is too short to be a key', async () => {
    const server = await serve({
      answer: ({ connection }) => {
        connection.socket.end(json(400, { error: { message: 'No such model, nor any other.', type: 'invalid' } }));
      },
    });
    const groq = createGroq({ apiKey: 'any', baseURL: server.url, counter: constantCounter(1) });
    made.push(groq);
    const error: unknown = await lastValueFrom(groq.chat({ messages })).catch((cause: unknown) => cause);
    expect(String(error)).toContain('No such model, nor any other.');
  });

  it('should not be visible in any object of a client, also during a request', async () => {
    const server = await serve();
    const options = { apiKey: KEY, baseURL: server.url };
    const groq = createGroq({ ...options, counter: constantCounter(1) });
    made.push(groq);
    const transport = undiciTransport(options);
    const answer = groq.chat({ messages });
    const subscription = answer.subscribe({ error: () => undefined });
    const { head } = await server.requests.at(0);
    expect(head).toContain(KEY);
    for (const thing of [groq, transport, answer, subscription, groq.status$, groq.events$]) {
      expect(shown(thing)).not.toContain(KEY);
    }
    subscription.unsubscribe();
    await transport.close();
  });

  it('should not be sent or shown when it is invalid in a header', async () => {
    const server = await serve({ answer: ({ connection }) => connection.socket.end(json(200, completion('Hello'))) });
    for (const inside of ['\n', '\r\nx-evil: 1\r\n', '\0', ' ', 'é']) {
      const apiKey = `${KEY}${inside}${KEY}`;
      const error: unknown = (() => {
        try {
          return createGroq({ apiKey, baseURL: server.url });
        } catch (cause) {
          return cause;
        }
      })();
      expect(error).toMatchObject({ code: 'GROQ_ERR_VALIDATION' });
      expect(shown(error)).not.toContain(KEY);
      const groq = createGroq({ apiKey: () => apiKey, baseURL: server.url, counter: constantCounter(1) });
      made.push(groq);
      const late: unknown = await lastValueFrom(groq.complete({ messages })).catch((cause: unknown) => cause);
      expect(late).toMatchObject({ code: 'GROQ_ERR_VALIDATION' });
      expect(shown(late)).not.toContain(KEY);
    }
    expect(server.connections.length).toBe(0);
  });
});
