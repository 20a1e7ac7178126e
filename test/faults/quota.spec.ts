import { createGroq, type GroqOptions, isTimeoutError } from 'rxgroq';
import { type LimiterShape, limitsOf, modelServer, network, virtualClock, wordCounter } from 'rxgroq/testing';
import { describe, expect, it } from 'vitest';
import { type Told, told } from '../util/told.ts';

const MODEL = 'm';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A client and a server in virtual time that start with the same limits. */
function setUp(limitText: string, shape: LimiterShape = 'bucket', options: GroqOptions = {}) {
  const scheduler = virtualClock();
  const limits = limitsOf(limitText);
  const server = modelServer({ limits, shape, scheduler, network: network({ latency: 30 }) });
  let random = 0;
  const groq = createGroq({
    transport: server,
    counter: wordCounter(),
    scheduler,
    limits: { [MODEL]: limits },
    random: () => (random = (random + 0.618) % 1),
    ...options,
  });
  const ask = (count: number) =>
    Array.from({ length: count }, () =>
      told(
        groq.complete({ model: MODEL, messages: [{ role: 'user', content: 'a b c d e' }], max_completion_tokens: 15 }),
      ),
    );
  return { scheduler, server, groq, ask };
}

const completed = (answers: readonly Pick<Told<unknown>, 'ends'>[]): number =>
  answers.filter(({ ends }) => ends.length === 1 && ends[0]?.[0] === 'complete').length;

describe('limits that differ from what the client knows', () => {
  it.each<LimiterShape>(['bucket', 'sliding', 'fixed'])('66: a server that counts in the shape %s', (shape) => {
    const { scheduler, server, ask } = setUp('60/min, 2000 tokens/min', shape);
    const answers = ask(600);
    scheduler.flush();
    expect(completed(answers)).toBe(600);
    // After it has learned how the server counts, it meets no limit.
    const learned = 3 * MINUTE;
    expect(server.refusals.filter(({ at }) => at > learned)).toEqual([]);
    expect(server.refusals.length).toBeLessThan(shape === 'bucket' ? 1 : 20);
    expect(server.open).toBe(0);
  });

  it('67: other clients that use up all limits for a minute', () => {
    const { scheduler, server, ask } = setUp('600/min, 20k tokens/min');
    const [from, until] = [5_000, 65_000];
    const greedy = (): void => {
      const model = server.model(MODEL);
      while (model.admit(scheduler.now(), { promptTokens: 1, maxCompletionTokens: 1 }).type === 'admitted');
      if (scheduler.now() < until) scheduler.schedule(greedy, 50);
    };
    scheduler.schedule(greedy, from);
    const answers = ask(2_000);
    scheduler.flush();
    expect(completed(answers)).toBe(2_000);
    const during = ({ at }: { at: number }): boolean => at > from && at < until + 1_000;
    // While the limits are used up, it sends requests only now and then.
    expect(server.refusals.filter(during).length).toBeLessThan(60);
    // Ten seconds later it uses the whole quota again.
    const later = server.admissions.filter((at) => at >= until + 10_000 && at < until + 70_000).length;
    expect(later).toBeGreaterThanOrEqual(0.95 * 600);
    expect(server.refusals.filter(({ at }) => at > until + 10_000)).toEqual([]);
  });

  it('68: a daily limit that is used up', () => {
    const { scheduler, server, groq, ask } = setUp('10/day', 'bucket', { timeouts: { queue: HOUR } });
    const answers = ask(15);
    scheduler.flush(MINUTE);
    expect(completed(answers)).toBe(10);
    // All waiting requests share one timer.
    expect(scheduler.pending).toBe(1);
    scheduler.flush();
    const late = answers.flatMap(({ ends }) => (ends[0]?.[0] === 'error' ? [ends[0][1]] : []));
    expect(late).toHaveLength(5);
    for (const error of late) {
      expect(isTimeoutError(error) && [error.phase, (error.wouldStartInMs ?? 0) > HOUR]).toEqual(['queue', true]);
    }
    expect([server.admissions.length, server.refusals.length, scheduler.now()]).toEqual([10, 0, HOUR]);
    void groq.close();
  });
});
