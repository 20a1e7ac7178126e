import { map, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { Job } from '../../src/model/Job.ts';
import { countTokens } from '../../src/operators/countTokens.ts';
import type { TokenCount } from '../../src/ports/TokenCounter.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

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
  it('should do as its marbles say', () => {
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

  it('should charge the bound of the count and one token more when no maximum is sent', () => {
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

  it('should note the order, the arrival, the priority and the tenant', () => {
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

  it('should end with what a counter throws', () => {
    rx(({ hot, expectObservable }) => {
      const bad = new Error('bad');
      const counter = {
        count: () => {
          throw bad;
        },
      };
      expectObservable(
        hot('-a').pipe(
          map((name) => request(name)),
          countTokens({ counter }),
        ),
      ).toBe('-#', undefined, bad);
    });
  });
});
