import { inspect } from 'node:util';
import { concat, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { constantCounter } from '../../src/operators.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
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
});
