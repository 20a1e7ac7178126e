import { lastValueFrom, of, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Status } from '../../src/model/Status.ts';
import { constantCounter } from '../../src/operators.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';

/** Names of properties that every object inherits. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

const messages = [{ role: 'user' as const, content: 'Hi' }];

describe('names of inherited properties', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();

  afterEach(() => {
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(NAMES)('should work as models and tenants: %s', async (name) => {
    const transport = fakeTransport(() =>
      of(
        wire.sent,
        wire.head(),
        wire.text('a'),
        wire.finish('stop', { prompt_tokens: 1, completion_tokens: 1 }),
        wire.done,
      ),
    );
    const limits = Object.fromEntries([[name, { rpm: 1, rpd: 5, tpm: 50 }]]);
    const groq = createGroq({ transport, counter: constantCounter(1), limits, fitOutput: true });
    const statuses: Status[] = [];
    groq.status$.subscribe((status) => statuses.push(status));
    const request = { model: name, messages, max_completion_tokens: 5 };
    const tokens = await lastValueFrom(groq.chat(request, { tenant: name }).pipe(toArray()));
    expect(tokens.map(({ type }) => type)).toEqual(['text', 'finish']);

    // The limits for this name apply: a request that is too large is refused.
    groq.setLimits(name, { tpm: 40 });
    const second = groq.chat(request, { tenant: name, timeouts: { queue: 1 } });
    await expect(lastValueFrom(second)).rejects.toMatchObject({ code: 'GROQ_ERR_TIMEOUT' });
    const large = groq.chat({ ...request, max_completion_tokens: 60 }, { tenant: name, fitOutput: false });
    await expect(lastValueFrom(large)).rejects.toMatchObject({ code: 'GROQ_ERR_REQUEST_TOO_LARGE' });
    await groq.close();
  });

  it.each(NAMES)('should not have the limits of another model: %s', async (name) => {
    const transport = fakeTransport(() => of(wire.sent, wire.head(), wire.text('a'), wire.finish(), wire.done));
    const groq = createGroq({ transport, counter: constantCounter(1), limits: { other: { rpm: 1 } } });
    const tokens = await lastValueFrom(groq.chat({ model: name, messages }).pipe(toArray()));
    expect(tokens.map(({ type }) => type)).toEqual(['text', 'finish']);
    await groq.close();
  });

  it.each(NAMES)('should be plain data in an answer: %s', async (name) => {
    const toolCalls = [
      { index: 0, id: name, type: 'function' as const, function: { name, arguments: '{"__proto__":{"polluted":1}}' } },
    ];
    const spoiled = JSON.stringify({ choices: [], usage: null }).replace('{', `{"${name}":{"polluted":true},`);
    const transport = fakeTransport(() =>
      of(
        wire.sent,
        wire.head(200, Object.fromEntries([[name, 'polluted']])),
        wire.data(`data: ${spoiled}\n\n`),
        wire.delta({ tool_calls: toolCalls }),
        wire.finish('tool_calls', { prompt_tokens: 1, completion_tokens: 1 }),
        wire.done,
      ),
    );
    const groq = createGroq({ transport, counter: constantCounter(1), limits: false });
    const tokens = await lastValueFrom(groq.chat({ model: 'm', messages }).pipe(toArray()));
    expect(tokens[0]).toMatchObject({ type: 'tool-call', id: name, name });
    expect(tokens[1]).toMatchObject({ type: 'finish', reason: 'tool_calls' });
    await groq.close();
  });

  it.each(NAMES)('should be plain data in an error: %s', async (name) => {
    const body = JSON.stringify({ error: { message: 'No.', type: name, code: name } }).replace(
      '{',
      `{"${name}":{"polluted":true},`,
    );
    const transport = fakeTransport(() => of(wire.sent, wire.head(418), wire.data(body)));
    const groq = createGroq({ transport, counter: constantCounter(1), limits: false });
    const error: unknown = await lastValueFrom(groq.complete({ model: 'm', messages })).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({
      code: 'GROQ_ERR_HTTP',
      groqCode: name,
      type: name,
      advice: expect.any(String) as string,
    });
    await groq.close();
  });
});
