import { inspect } from 'node:util';
import { concat, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { constantCounter, text } from '../../src/operators.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';

const PROMPT = 'Nobody is to know that I like "marmots".';

describe('the prompt', () => {
  it.each([
    ['the message of a refusal', of(wire.head(400), wire.error(`I do not answer '${PROMPT}'.`))],
    ['the body of a request in it', of(wire.head(500), wire.data(JSON.stringify({ content: PROMPT })))],
    [
      'an error in the middle of a stream',
      of(wire.head(), wire.text('Oh'), wire.data(`data: ${JSON.stringify({ error: { message: PROMPT } })}\n\n`)),
    ],
  ])('should not be in an error when the server repeats it in %s', async (_, answer) => {
    const transport = fakeTransport(() => concat(of(wire.sent), answer));
    const groq = createGroq({ transport, counter: constantCounter(1), retry: { count: 0 } });
    const messages = [{ role: 'user' as const, content: PROMPT }];
    const error: unknown = await lastValueFrom(groq.chat({ messages })).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('marmots');
    expect(String(error)).toContain('…');
    await groq.close();
  });

  it.each([
    ['the code of an error', 'GROQ_ERR_RATE_LIMIT keeps coming up in my logs.', 429, undefined],
    ['the code of a fault', 'GROQ_ERR_HTTP is what I see.', 503, undefined],
    ['a code of Groq that is tried again', 'json_validate_failed is what I get.', 400, 'json_validate_failed'],
  ])('should not prevent a retry when it contains %s', (_, prompt, status, code) => {
    const refusal = wire.data(JSON.stringify({ error: { message: 'Not now.', code } }));
    const refused = of(wire.sent, wire.head(status, { 'retry-after': '0' }), refusal);
    const transport = fakeTransport({ [prompt]: (_request, i) => (i === 0 ? refused : 'Hello!') });
    const scheduler = virtualClock();
    const retry = { sampling: true };
    const groq = createGroq({ transport, scheduler, counter: constantCounter(1), retry, limits: false });
    const said: string[] = [];
    groq
      .chat({ messages: [{ role: 'user', content: prompt }] })
      .pipe(text())
      .subscribe((piece) => said.push(piece));
    scheduler.flush();
    expect(said).toEqual(['Hello!']);
  });

  it('should not be redacted from parts of an error that the client wrote', async () => {
    const model = 'openai/gpt-oss-20b';
    const transport = fakeTransport(() => of(wire.sent, wire.head(400), wire.error(`What is ${model}?`)));
    const groq = createGroq({ transport, counter: constantCounter(1) });
    const messages = [model, 'GROQ_ERR_HTTP: why?', 'Correct the request?'].map((content) => ({
      role: 'user' as const,
      content,
    }));
    const error: unknown = await lastValueFrom(groq.chat({ model, messages })).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'GROQ_ERR_HTTP',
      name: 'HttpError',
      model,
      advice: 'Correct the request as described in the message.',
    });
    await groq.close();
  });
});
