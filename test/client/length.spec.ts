import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { isContextLengthError, isRequestTooLargeError } from '../../src/errors/guards.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';
import { rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const messages = [{ role: 'user' as const, content: 'Hello' }];
const usage = { prompt_tokens: 5, completion_tokens: 5 };

describe('a request that is too long for its model', () => {
  const answered = () => fakeTransport(() => of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop', usage)));

  it.each([
    ['counted at once', (count: TokenCount) => count],
    ['counted later', (count: TokenCount) => of(count)],
  ])('should be refused before it is sent, when %s', (_, answer) => {
    rx(({ flush, scheduler }) => {
      const transport = answered();
      const counter = { count: () => answer({ tokens: 200_000, bound: 200_000, exact: true }) };
      const groq = createGroq({ transport, scheduler, counter });
      const { ends } = told(groq.chat({ messages }));
      const records = told(groq.usage$).values.all;
      flush();
      expect(ends.map(([, error]) => isContextLengthError(error))).toEqual([true]);
      expect([transport.requests.length, records.length]).toEqual([0, 0]);
    });
  });

  it('should be sent when that is not certain, unless the limits cannot hold it', () => {
    rx(({ flush, scheduler }) => {
      const transport = answered();
      const counter = { count: () => ({ tokens: 132_000, bound: 135_000, exact: false }) };
      const unlimited = told(createGroq({ transport, scheduler, counter, limits: false }).chat({ messages }));
      const limits = { 'openai/gpt-oss-20b': { tpm: 8_000 } };
      const limited = told(createGroq({ transport, scheduler, counter, limits }).chat({ messages }));
      flush();
      expect(unlimited.ends).toEqual([['complete']]);
      expect(limited.ends.map(([, error]) => isRequestTooLargeError(error))).toEqual([true]);
      expect(transport.requests).toHaveLength(1);
    });
  });

  it('should be sent when its length is only guessed from its characters', () => {
    rx(({ flush, scheduler }) => {
      const transport = answered();
      const groq = createGroq({ transport, scheduler, limits: false });
      const content = 'internationalization '.repeat(30_000);
      const { ends } = told(groq.chat({ messages: [{ role: 'user', content }] }));
      flush();
      expect(ends).toEqual([['complete']]);
    });
  });

  it('should be judged by the maximum that was lowered to fit', () => {
    rx(({ flush, scheduler }) => {
      const transport = answered();
      const counter = { count: () => ({ tokens: 7_000, bound: 7_000, exact: true }) };
      const groq = createGroq({ transport, scheduler, counter, fitOutput: true });
      const { ends } = told(groq.chat({ messages, max_completion_tokens: 131_072 }));
      flush();
      expect(ends).toEqual([['complete']]);
    });
  });
});
