import { inspect } from 'node:util';
import * as everything from 'rxgroq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AnswerNotTakenError } from '../../src/errors/AnswerNotTakenError.ts';
import { BudgetExceededError } from '../../src/errors/BudgetExceededError.ts';
import { CancelledError } from '../../src/errors/CancelledError.ts';
import { ClosedError } from '../../src/errors/ClosedError.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { ContextLengthError } from '../../src/errors/ContextLengthError.ts';
import { GroqError, isGroqError } from '../../src/errors/GroqError.ts';
import * as guards from '../../src/errors/guards.ts';
import { HttpError } from '../../src/errors/HttpError.ts';
import { ModelRetiredError } from '../../src/errors/ModelRetiredError.ts';
import { ProtocolError } from '../../src/errors/ProtocolError.ts';
import { QueueFullError } from '../../src/errors/QueueFullError.ts';
import { RateLimitError } from '../../src/errors/RateLimitError.ts';
import { RequestTooLargeError } from '../../src/errors/RequestTooLargeError.ts';
import { SlowConsumerError } from '../../src/errors/SlowConsumerError.ts';
import { StoreError } from '../../src/errors/StoreError.ts';
import { TimeoutError } from '../../src/errors/TimeoutError.ts';
import { TruncatedStreamError } from '../../src/errors/TruncatedStreamError.ts';
import { ValidationError } from '../../src/errors/ValidationError.ts';
import type { Dimension } from '../../src/model/Dimension.ts';

const OUTPUT = 'what the model wrote';
const partial = { text: OUTPUT, reasoning: OUTPUT, toolCalls: [] };
const advice = 'Do this.';

/** One error of each class, with its code. Programs rely on codes, so they must not change. */
const ERRORS: readonly (readonly [GroqError, code: string])[] = [
  [new AnswerNotTakenError('m'), 'GROQ_ERR_ANSWER_NOT_TAKEN'],
  [new BudgetExceededError({ unit: 'usd', limit: 1, used: 1, reserved: 0, requested: 1 }), 'GROQ_ERR_BUDGET_EXCEEDED'],
  [new CancelledError(), 'GROQ_ERR_CANCELLED'],
  [new ClosedError(), 'GROQ_ERR_CLOSED'],
  [new ConnectionError('Lost.', { sent: true }), 'GROQ_ERR_CONNECTION'],
  [
    new ContextLengthError({ limitOf: 'context', limit: 1, promptTokens: 1, outputTokens: 1 }),
    'GROQ_ERR_CONTEXT_LENGTH',
  ],
  [new HttpError(500, {}, { advice }), 'GROQ_ERR_HTTP'],
  [new ModelRetiredError('m', { replacement: 'n' }), 'GROQ_ERR_MODEL_RETIRED'],
  [new ProtocolError('Strange.'), 'GROQ_ERR_PROTOCOL'],
  [new QueueFullError(1), 'GROQ_ERR_QUEUE_FULL'],
  [new RateLimitError({}, { advice }), 'GROQ_ERR_RATE_LIMIT'],
  [new RequestTooLargeError({ dimension: 'tpm', cost: 2, limit: 1 }), 'GROQ_ERR_REQUEST_TOO_LARGE'],
  [new SlowConsumerError(1), 'GROQ_ERR_SLOW_CONSUMER'],
  [new StoreError(new Error('x')), 'GROQ_ERR_STORE'],
  [new TimeoutError('total', 1), 'GROQ_ERR_TIMEOUT'],
  [new TruncatedStreamError(partial), 'GROQ_ERR_TRUNCATED_STREAM'],
  [new ValidationError('It', [{ path: 'a', expected: 'b', got: 'c' }]), 'GROQ_ERR_VALIDATION'],
];

const all = Object.entries(guards) as [string, (error: unknown) => boolean][];

describe('the errors', () => {
  it('should all be listed here', () => {
    // The base class is abstract.
    const exported = Object.keys(everything).filter((name) => /^[A-Z]\w+Error$/.test(name) && name !== 'GroqError');
    expect(ERRORS.map(([{ name }]) => name).sort()).toEqual(exported.sort());
    expect(new Set(ERRORS.map(([, code]) => code)).size).toBe(ERRORS.length);
  });

  it('should keep their names when a bundler renames their classes', () => {
    const { name } = ClosedError;
    Object.defineProperty(ClosedError, 'name', { value: 'a' });
    onTestFinished(() => {
      Object.defineProperty(ClosedError, 'name', { value: name });
    });
    expect(String(new ClosedError())).toMatch(/^ClosedError: /);
  });

  it.each(ERRORS.map(([error, code]) => [error.name, code, error] as const))(
    'should share one base class: %s',
    (name, code, error) => {
      expect(error).toBeInstanceOf(GroqError);
      expect(isGroqError(error)).toBe(true);
      expect([error.code, error.name, error.constructor.name]).toEqual([code, name, name]);
      // The message ends with the advice, as a separate sentence.
      expect(error.advice).toMatch(/^[A-Z].*\.$/);
      expect(error.message.endsWith(` ${error.advice}`)).toBe(true);
      const own = all.filter(([, is]) => is(error)).map(([guard]) => guard);
      expect(own.sort()).toEqual(name === 'RateLimitError' ? ['isHttpError', 'isRateLimitError'] : [`is${name}`]);
      expect(everything).toHaveProperty(`is${name}`);
    },
  );

  it('should name the request', () => {
    for (const error of [
      new ProtocolError('Strange.', { model: 'm', requestId: 'req_1' }),
      new HttpError(500, {}, { advice, model: 'm', requestId: 'req_1' }),
      new TruncatedStreamError(partial, { model: 'm', requestId: 'req_1' }),
    ]) {
      expect(error).toMatchObject({ model: 'm', requestId: 'req_1' });
      expect(inspect(error)).toMatch(/model: 'm'/);
      expect(JSON.stringify(error)).toContain('"requestId":"req_1"');
    }
    expect(Object.keys(new ProtocolError('Strange.'))).not.toContain('model');
  });

  it.each<[Dimension, string]>([
    ['rpm', 'Raise the limit: below 1 no request can be sent.'],
    ['tpd', 'Shorten the messages or lower max_completion_tokens.'],
    ['itpm', 'Shorten the messages.'],
    ['otpm', 'Lower max_completion_tokens.'],
    ['ash', 'Send the recording in parts.'],
  ])('should advise how to make a request fit that is too large for its %s', (dimension, advice) => {
    expect(new RequestTooLargeError({ dimension, cost: 2, limit: 1 }).advice).toBe(advice);
  });

  it('should advise to repeat a cancelled request with another signal, since the same one cancels it again', () => {
    expect(new CancelledError().advice).toBe('Repeat the request with another signal.');
  });

  it('should advise a higher priority against a full queue only where the priority decides who leaves', () => {
    expect(new QueueFullError(1).advice).toBe(
      "Raise `maxQueued`, or try again later. With `overflow: 'last'`, a higher priority helps too.",
    );
  });

  it('should hold the partial answer without showing it', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const error = new TruncatedStreamError(partial, { usage });
    expect([error.partial, error.usage]).toEqual([partial, usage]);
    for (const shown of [String(error), inspect(error, { depth: 9 }), JSON.stringify(error)]) {
      expect(shown).not.toContain(OUTPUT);
    }
  });

  it('should be recognized from another copy of the package', () => {
    const other = Object.assign(new Error('x'), { code: 'GROQ_ERR_TIMEOUT', [Symbol.for('rxgroq.GroqError')]: true });
    expect([isGroqError(other), guards.isTimeoutError(other), guards.isHttpError(other)]).toEqual([true, true, false]);
    for (const stranger of [undefined, null, 'x', 5, {}, new Error('x'), { code: 'GROQ_ERR_TIMEOUT' }]) {
      expect(all.filter(([, is]) => is(stranger))).toEqual([]);
    }
  });
});
