import { EMPTY, map, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { Job } from '../../src/model/Job.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { countTokens } from '../../src/operators/countTokens.ts';
import type { TokenCounter } from '../../src/ports/TokenCounter.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const request = (content: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...rest,
});

const count = (tokens: number, bound = tokens): TokenCount => ({ tokens, bound, exact: tokens === bound });

const jobOf = (r: ChatRequest, counted: TokenCount = count(72)): Job | undefined => {
  let job: Job | undefined;
  of(r)
    .pipe(countTokens({ counter: { count: () => counted } }))
    .subscribe((j) => (job = j));
  return job;
};

describe('countTokens', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('countTokens');
      const requests = hot(source);
      const isSlow = ({ messages: [first] }: ChatRequest) => first?.content === 's';
      const counter = {
        count: (r: ChatRequest) => (isSlow(r) ? timer(3, scheduler).pipe(map(() => count(1))) : count(1)),
      };
      const result = requests.pipe(
        map((name) => request(name)),
        countTokens({ counter, scheduler }),
        map((job) => job.request.messages[0]?.content),
      );
      expectObservable(result).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe('^-------!');
    });
  });

  it('should charge the bound of the count, and one output token when no maximum is set', () => {
    expect(jobOf(request('x'), count(70, 72))?.cost).toEqual({
      requests: 1,
      tokens: 73,
      inputTokens: 72,
      outputTokens: 1,
      audioSeconds: 0,
    });
  });

  it.each(['max_completion_tokens', 'max_tokens'] as const)('should charge %s', (name) => {
    expect(jobOf(request('x', { [name]: 100 }))?.cost).toMatchObject({
      tokens: 172,
      inputTokens: 72,
      outputTokens: 100,
    });
  });

  it('should set the sequence number, the arrival, the priority and the tenant', () => {
    rx(({ hot, scheduler, flush }) => {
      const jobs: Job[] = [];
      hot('-a-b')
        .pipe(
          map((name) => request(name)),
          countTokens({
            counter: { count: () => count(1) },
            priority: ({ messages: [first] }) => (first?.content === 'b' ? 'high' : 'low'),
            tenant: ({ messages: [first] }) => (first?.content === 'b' ? 'b' : undefined),
            scheduler,
          }),
        )
        .subscribe((job) => jobs.push(job));
      flush();
      expect(jobs).toMatchObject([
        { seq: 0, arrival: 1, priority: 'low', tenant: undefined, attempt: 1 },
        { seq: 1, arrival: 3, priority: 'high', tenant: 'b', attempt: 1 },
      ]);
    });
  });

  it('should give requests the priority `low` and no tenant by default', () => {
    expect(jobOf(request('x'))).toMatchObject({ priority: 'low', tenant: undefined });
  });

  it('should accept a prompt without tokens', () => {
    expect(jobOf(request('x'), count(0))?.cost).toMatchObject({ tokens: 1, inputTokens: 0 });
  });

  const bad = new Error('bad');

  it.each<[string, () => ReturnType<TokenCounter['count']>, string, object]>([
    [
      'throws',
      () => {
        throw bad;
      },
      'an error',
      { cause: bad },
    ],
    ['fails', () => throwError(() => bad), 'an error', { cause: bad }],
    ['says nothing', () => EMPTY, 'nothing', {}],
  ])('should fail when a counter %s', (_, answer, got, more) => {
    const jobs = told(of(request('x')).pipe(countTokens({ counter: { count: answer } })));
    expect(jobs.values.all).toEqual([]);
    expect(jobs.ends).toEqual([['error', expect.toSatisfy(isValidationError)]]);
    expect(jobs.ends[0]?.[1]).toMatchObject({ path: 'count()', expected: 'a TokenCount', got, ...more });
  });

  it.each<[string, () => ReturnType<TokenCounter['count']>]>([
    [
      'throws',
      () => {
        throw bad;
      },
    ],
    ['fails', () => throwError(() => bad)],
  ])('should blame a request that JSON cannot represent when its counter %s', (_, answer) => {
    const schema: Record<string, unknown> = { type: 'object' };
    schema['properties'] = { child: schema };
    const circular = request('x', { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] });
    const jobs = told(of(circular).pipe(countTokens({ counter: { count: answer } })));
    expect(jobs.ends[0]?.[1]).toMatchObject({ path: 'tools', expected: 'a value that JSON can represent' });
  });

  it.each<[string, object, string, string]>([
    ['that is not a number', { tokens: NaN, bound: NaN }, 'tokens', 'NaN'],
    ['that is text', { tokens: 5, bound: '5' }, 'bound', 'a string of 1 character'],
    ['below zero', { tokens: -1, bound: 5 }, 'tokens', '-1'],
    ['with a bound below zero', { tokens: 5, bound: -1 }, 'bound', '-1'],
    ['that never ends', { tokens: 5, bound: Infinity }, 'bound', 'Infinity'],
    ['without its bound', { tokens: 5 }, 'bound', 'nothing'],
  ])('should fail for a count %s', (_, given, path, got) => {
    const bare = given as TokenCount;
    for (const answer of [() => bare, () => of(bare)]) {
      const jobs = told(of(request('x')).pipe(countTokens({ counter: { count: answer } })));
      expect(jobs.ends).toEqual([['error', expect.toSatisfy(isValidationError)]]);
      expect(jobs.ends[0]?.[1]).toMatchObject({ path, got });
    }
  });

  it.each<[unknown, string]>([
    [5, '5'],
    [undefined, 'nothing'],
    [null, 'null'],
    ['five', 'a string of 4 characters'],
  ])('should fail for %j in place of a count', (given, got) => {
    const bare = given as TokenCount;
    for (const answer of [() => bare, () => of(bare)]) {
      const jobs = told(of(request('x')).pipe(countTokens({ counter: { count: answer } })));
      expect(jobs.ends.map(([, error]) => String(error))).toEqual([
        `ValidationError: The count of the counter must be an object, got ${got}. Correct the counter; nothing was sent.`,
      ]);
    }
  });

  it('should emit one job for each request, even if the counter emits several counts', () => {
    const counter = { count: () => of(count(1), count(2)) };
    const jobs = told(of(request('x'), request('y')).pipe(countTokens({ counter })));
    expect(jobs.values.all.map(({ seq, cost }) => [seq, cost.inputTokens])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(jobs.ends).toEqual([['complete']]);
  });
});
