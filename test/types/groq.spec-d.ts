import { from, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type Answer,
  type Answered,
  type AnswerResult,
  type AnswerSnapshot,
  type AnswersOptions,
  answer,
  type ChatCompletionChunk,
  type ChatModelId,
  type ChatOptions,
  type ChatRequest,
  createGroq,
  type Groq,
  type GroqError,
  type GroqErrorCode,
  type GroqOptions,
  isGroqError,
  isRateLimitError,
  loadConfig,
  type Model,
  type RateLimitError,
  type StateToken,
  type Status,
  snapshots,
  type Token,
  text,
  type UsageCostOptions,
} from '../../src/index.ts';
import type { CallOptionName } from '../../src/model/CallOptionName.ts';
import type { PrioritizeConfig } from '../../src/operators.ts';

declare const groq: Groq;
const messages = [{ role: 'user' as const, content: 'Hi' }];

/** The type of the values of an Observable. */
declare function emitted<T>(source: Observable<T>): T;

describe('ChatModelId', () => {
  it('should complete the chat models in editors, and accept any other name', () => {
    expectTypeOf<Extract<ChatModelId, 'openai/gpt-oss-20b' | 'qwen/qwen3.8-27b' | 'whisper-large-v3'>>().toEqualTypeOf<
      'openai/gpt-oss-20b' | 'qwen/qwen3.8-27b'
    >();
    expectTypeOf<ChatRequest['model']>().toEqualTypeOf<ChatModelId>();
    expectTypeOf<string>().toExtend<ChatModelId>();
    expectTypeOf<ChatModelId>().toExtend<string>();
  });
});

describe('ChatCompletionChunk', () => {
  it('should have the fields that Groq sends', () => {
    expectTypeOf<ChatCompletionChunk['service_tier']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<NonNullable<ChatCompletionChunk['x_groq']>>().toHaveProperty('seed');
    expectTypeOf<NonNullable<ChatCompletionChunk['x_groq']>>().toHaveProperty('usage_breakdown');
    expectTypeOf<ChatCompletionChunk['choices'][number]['delta']>().toHaveProperty('channel');
    expectTypeOf<ChatCompletionChunk['choices'][number]['delta']>().toHaveProperty('executed_tools');
  });
});

describe('an error', () => {
  it('should be distinguished by its code', () => {
    const error = new Error() as unknown;
    if (!isGroqError(error)) return;
    expectTypeOf(error.code).toEqualTypeOf<GroqErrorCode>();
    // @ts-expect-error: there is no such code.
    expectTypeOf(error.code === 'GROQ_ERR_TIMEUOT');
  });
});

describe('loadConfig', () => {
  it('should not need the types of Node for the environment', () => {
    expectTypeOf(loadConfig).parameter(1).toEqualTypeOf<Readonly<Record<string, string | undefined>> | undefined>();
  });
});

describe('chat', () => {
  it('should emit tokens, and states only with `lifecycle`', () => {
    expectTypeOf(emitted(groq.chat({ messages }))).toEqualTypeOf<Token>();
    expectTypeOf(emitted(groq.chat({ messages }, { lifecycle: true }))).toEqualTypeOf<Token | StateToken>();
    expectTypeOf(emitted(groq.chat({ messages }, { lifecycle: false, tenant: 'a' }))).toEqualTypeOf<Token>();
    expectTypeOf(emitted(groq.chat({ messages }, { lifecycle: undefined }))).toEqualTypeOf<Token>();
    expectTypeOf(emitted(groq.ask('Hi', { lifecycle: undefined }))).toEqualTypeOf<Token>();
    // A lifecycle that may be true includes states.
    const lifecycle = messages.length > 1;
    expectTypeOf(emitted(groq.chat({ messages }, { lifecycle }))).toEqualTypeOf<Token | StateToken>();
  });

  it('should distinguish tokens by their type', () => {
    groq.chat({ messages }, { lifecycle: true }).subscribe((token) => {
      if (token.type === 'text') expectTypeOf(token.text).toEqualTypeOf<string>();
      if (token.type === 'tool-call') expectTypeOf(token.arguments).toEqualTypeOf<string>();
      if (token.type === 'state' && token.state === 'queued') {
        expectTypeOf(token.position).toEqualTypeOf<number | undefined>();
      }
      if (token.type === 'state' && token.state === 'retrying') expectTypeOf(token.startsInMs).toEqualTypeOf<number>();
      // @ts-expect-error: only text and reasoning tokens have a text.
      expectTypeOf(token.text);
    });
  });

  it('should be readable by the operators for tokens, with or without states', () => {
    for (const tokens$ of [groq.ask('Hi'), groq.chat({ messages }, { lifecycle: true })] as Observable<Token>[]) {
      expectTypeOf(tokens$.pipe(text())).toEqualTypeOf<Observable<string>>();
      expectTypeOf(tokens$.pipe(answer())).toEqualTypeOf<Observable<Answer>>();
      expectTypeOf(tokens$.pipe(snapshots())).toEqualTypeOf<Observable<AnswerSnapshot>>();
    }
    expectTypeOf(groq.chat({ messages }, { lifecycle: true }).pipe(text())).toEqualTypeOf<Observable<string>>();
    // @ts-expect-error: an answer in one piece has no tokens.
    void groq.complete({ messages }).pipe(text());
  });

  it('should refuse messages in the defaults', () => {
    createGroq({ defaults: { model: 'openai/gpt-oss-20b', temperature: 0 } });
    // @ts-expect-error: every request has its own.
    createGroq({ defaults: { messages } });
  });

  it('should refuse requests that Groq would refuse', () => {
    // @ts-expect-error: there must be messages.
    void groq.chat({ model: 'openai/gpt-oss-20b' });
    // @ts-expect-error: there is no such role.
    void groq.chat({ messages: [{ role: 'robot', content: 'Hi' }] });
    // @ts-expect-error: a message has no timestamp.
    void groq.chat({ messages: [{ role: 'user', content: 'Hi', timestamp: 1 }] });
    // @ts-expect-error: a number is no text.
    void groq.chat({ messages, stop: 1 });
    // @ts-expect-error: there is no such effort.
    void groq.chat({ messages, reasoning_effort: 'extreme' });
  });

  it('should accept readonly requests', () => {
    const parts = [{ type: 'text', text: 'Hi' }] as const;
    const request = {
      messages: [
        { role: 'system', content: parts },
        { role: 'user', content: parts },
        { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      ],
      stop: ['.'],
      tools: [{ type: 'function', function: { name: 'f', parameters: { required: ['x'] } } }],
    } as const;
    void groq.chat(request);
    void createGroq({ defaults: { tools: request.tools } });
  });

  it('should refuse unknown options', () => {
    // @ts-expect-error: there is no such option.
    void groq.chat({ messages }, { urgent: true });
    // @ts-expect-error: there is no such priority.
    void groq.chat({ messages }, { priority: 'urgent' });
    // @ts-expect-error: a name that is misspelt.
    void groq.chat({ messages }, { lifeCycle: true });
    // @ts-expect-error: an answer in one piece has no states.
    void groq.complete({ messages }, { lifecycle: true });
    // @ts-expect-error: an answer in one piece is not iterated.
    void groq.complete({ messages }, { buffer: 5 });
    // @ts-expect-error: a duration is a number of milliseconds.
    void groq.chat({ messages }, { timeouts: { queue: '1 minute' } });
  });
});

describe('Groq', () => {
  it('should have the right types of its other methods', () => {
    expectTypeOf(groq.complete({ messages })).toEqualTypeOf<Observable<Answer>>();
    groq.complete({ messages }).subscribe(({ message }) => {
      expectTypeOf(message.content).toEqualTypeOf<string | undefined>();
      void groq.chat({ messages: [...messages, message] });
    });
    expectTypeOf(emitted(groq.chunks({ messages }))).toEqualTypeOf<ChatCompletionChunk>();
    expectTypeOf(groq.models()).toEqualTypeOf<Observable<Model[]>>();
    expectTypeOf(groq.status$).toEqualTypeOf<Observable<Status>>();
    expectTypeOf<Groq>().toExtend<AsyncDisposable>();
  });

  it('should infer the inputs of answers()', () => {
    const sort = groq.answers((ticket: { id: number }) => ({ messages: [{ role: 'user', content: `${ticket.id}` }] }));
    expectTypeOf(sort).toEqualTypeOf<OperatorFunction<{ id: number }, AnswerResult<{ id: number }>>>();
    const sorted = from([{ id: 1, title: 'It does not start.' }]).pipe(
      groq.answers((ticket, index) => {
        expectTypeOf(ticket).toEqualTypeOf<{ id: number; title: string }>();
        expectTypeOf(index).toEqualTypeOf<number>();
        return { messages: [{ role: 'user', content: ticket.title }] };
      }),
    );
    sorted.subscribe((result) => {
      expectTypeOf(result.input).toEqualTypeOf<{ id: number; title: string }>();
      if ('answer' in result) expectTypeOf(result.answer).toEqualTypeOf<Answer>();
      else expectTypeOf(result.error).toEqualTypeOf<GroqError>();
    });
    const throwing = groq.answers((title: string) => ({ messages: [{ role: 'user', content: title }] }), {
      onError: 'throw',
    });
    expectTypeOf(throwing).toEqualTypeOf<OperatorFunction<string, Answered<string>>>();
    from(['a'])
      .pipe(groq.answers((title) => ({ messages: [{ role: 'user', content: title }] }), { onError: 'throw' }))
      .subscribe(({ answer }) => expectTypeOf(answer).toEqualTypeOf<Answer>());
    // @ts-expect-error: a number is no request.
    void from(['a']).pipe(groq.answers(() => 1));
    // @ts-expect-error: there is no such option.
    void from(['a']).pipe(groq.answers(() => ({ messages }), { concurency: 3 }));
  });

  it('should infer the inputs of each() in answers()', () => {
    const project = ({ id }: { id: number }) => ({ messages: [{ role: 'user' as const, content: `${id}` }] });
    const sort = groq.answers(project, { concurrency: 3, each: ({ id }) => ({ tenant: `${id}` }) });
    expectTypeOf(sort).toEqualTypeOf<OperatorFunction<{ id: number }, AnswerResult<{ id: number }>>>();
    void from([{ id: 1 }]).pipe(
      groq.answers(() => ({ messages }), { onError: 'throw', each: ({ id }) => ({ slack: id }) }),
    );
    // Options for any input do not fix its type.
    const options: AnswersOptions = { each: (input, index) => ({ tag: `${typeof input} ${index}` }) };
    expectTypeOf(groq.answers(project, options)).toEqualTypeOf(sort);
    // @ts-expect-error: there is no such priority.
    void from(['a']).pipe(groq.answers(() => ({ messages }), { each: () => ({ priority: 'urgent' }) }));
  });

  it('should refuse call options within a request', () => {
    // @ts-expect-error: it is an option.
    void from(['a']).pipe(groq.answers(() => ({ messages, priority: 'high' })));
    // @ts-expect-error: it is an option.
    void groq.complete({ messages, ...{ tenant: 'a' } });
    expectTypeOf<keyof ChatOptions>().toEqualTypeOf<CallOptionName>();
  });
});

describe('createGroq', () => {
  it('should need no options, and refuse unknown ones', () => {
    expectTypeOf(createGroq).parameter(0).toEqualTypeOf<GroqOptions | undefined>();
    expectTypeOf(createGroq).returns.toEqualTypeOf<Groq>();
    expectTypeOf({}).toExtend<GroqOptions>();
    // @ts-expect-error: a name that is misspelt.
    expectTypeOf({ baseUrl: 'https://example.com' } satisfies GroqOptions);
    // @ts-expect-error: there is no such plan.
    expectTypeOf({ tier: 'gold' } satisfies GroqOptions);
    // @ts-expect-error: there is no such dimension.
    expectTypeOf({ limits: { 'openai/gpt-oss-20b': { perMinute: 1 } } } satisfies GroqOptions);
  });
});

describe('options', () => {
  it('should accept `undefined` at every level for what a program was not given', () => {
    const [given] = [] as number[];
    const [name] = [] as string[];
    expectTypeOf({ defaults: { model: name, seed: given } }).toExtend<GroqOptions>();
    expectTypeOf({ slack: { low: given }, pacing: { low: given } }).toExtend<GroqOptions>();
    expectTypeOf({ prices: { m: { input: 1, output: given, cachedInput: given } } }).toExtend<GroqOptions>();
    expectTypeOf({ limits: { m: { rpm: given } }, timeouts: { total: given } }).toExtend<GroqOptions>();
    expectTypeOf({
      retry: { count: given },
      budget: { usd: given, perTenant: { usd: given } },
    }).toExtend<GroqOptions>();
    expectTypeOf({ slack: { low: given } }).toExtend<PrioritizeConfig>();
    expectTypeOf({ price: { input: given } }).toExtend<UsageCostOptions>();
  });
});

describe('guards', () => {
  it('should narrow unknown values', () => {
    const error: unknown = undefined;
    if (isGroqError(error)) expectTypeOf(error).toEqualTypeOf<GroqError>();
    if (isRateLimitError(error)) expectTypeOf(error).toEqualTypeOf<RateLimitError>();
  });
});
