import type { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { Status } from '../../src/model/Status.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { network } from '../../src/testing/network.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { seeded } from '../util/random.ts';

const FREE: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Story {
  readonly seed?: number;
  /** Of the server. */
  readonly limits: Limits;
  /** Of the client. */
  readonly own?: Limits;
  readonly prompt: number;
  /** The maximum of an answer, and the range of its real length, in tokens. */
  readonly max: number;
  readonly completion: readonly [number, number];
  /** The range of the duration of an answer, in milliseconds. */
  readonly duration: readonly [number, number];
}

/** A client and a server in virtual time. */
function setUp({ seed = 1, limits, own = limits, prompt, max, completion, duration }: Story) {
  const scheduler = virtualClock();
  const chance = seeded(seed);
  const between = ([least, most]: readonly [number, number]): number => least + chance() * (most - least);
  const server = modelServer({
    limits,
    scheduler,
    network: network({ seed, latency: 30, jitter: 50 }),
    script: () => ({
      promptTokens: prompt,
      completionTokens: Math.floor(between(completion)),
      duration: between(duration),
    }),
  });
  const counter = constantCounter(prompt);
  const timeouts = { queue: Infinity };
  const groq = createGroq({ transport: server, scheduler, counter, limits: { m: own }, random: chance, timeouts });
  const answers: { readonly at: number; readonly waited: number }[] = [];
  const ask = (maxTokens = max): Subscription => {
    const at = scheduler.now();
    const messages = [{ role: 'user' as const, content: 'x' }];
    return groq.complete({ model: 'm', messages, max_completion_tokens: maxTokens }).subscribe(() => {
      answers.push({ at, waited: scheduler.now() - at });
    });
  };
  /** Runs until a time, and returns the client's and the server's level of a bucket. */
  const levelsAt = (time: number, dimension: Dimension): readonly [number, number] => {
    scheduler.flush(time);
    ask(1);
    let status: Status | undefined;
    groq.status$.subscribe((now) => (status = now)).unsubscribe();
    const mine = status?.models[0]?.buckets.find((bucket) => bucket.dimension === dimension);
    const its = server.model('m').levels(scheduler.now());
    return [mine?.level ?? NaN, its.find((bucket) => bucket.dimension === dimension)?.level ?? NaN];
  };
  return { scheduler, chance, server, ask, answers, levelsAt };
}

describe('over hours', () => {
  it.each([1, 2, 3, 7, 19])(
    'a server that gives unused tokens back should not be mistaken for one that keeps them: seed %i',
    (seed) => {
      const { scheduler, chance, ask, levelsAt } = setUp({
        seed,
        limits: FREE,
        prompt: 100,
        max: 2_000,
        completion: [20, 400],
        duration: [30_000, 100_000],
      });
      for (let t = 0; t < 4 * HOUR; t -= Math.log(1 - chance()) * 20_000)
        scheduler.schedule(() => {
          ask();
        }, t);
      const [mine, its] = levelsAt(4 * HOUR, 'tpd');
      expect(its - mine).toBeLessThan(20_000);
    },
  );

  it('most of what cancelled answers did not use should not be missing for the rest of the day', () => {
    const { scheduler, server, ask, levelsAt } = setUp({
      limits: FREE,
      prompt: 100,
      max: 2_000,
      completion: [400, 800],
      duration: [4_000, 4_000],
    });
    for (let t = 0; t < 8 * HOUR; t += 10 * MINUTE) {
      for (const [i, isLeft] of [true, true, false].entries()) {
        scheduler.schedule(
          () => {
            const asked = ask();
            if (!isLeft) return;
            scheduler.schedule(() => {
              asked.unsubscribe();
            }, 1_000);
          },
          t + i * 5_000,
        );
      }
    }
    const [mine, its] = levelsAt(8 * HOUR, 'tpd');
    expect(its - mine).toBeLessThan(60_000);
    expect(server.refusals).toEqual([]);
  });

  it('configured limits below the server’s should refill at their own rate', () => {
    const { scheduler, ask, answers } = setUp({
      limits: { rpm: 1_000, rpd: 500_000, tpm: 250_000 },
      own: { rpm: 1_000, rpd: 2_000, tpm: 100_000 },
      prompt: 100,
      max: 900,
      completion: [300, 300],
      duration: [500, 500],
    });
    for (let i = 0; i < 2_000; i++) ask();
    scheduler.schedule(() => {
      ask();
    }, HOUR);
    scheduler.flush();
    expect(answers.at(-1)).toMatchObject({ at: HOUR });
    expect(answers.at(-1)?.waited).toBeLessThan(MINUTE);
  });

  it('a daily limit should not be reserved for others after they have stopped', () => {
    const { scheduler, chance, server, ask, answers, levelsAt } = setUp({
      seed: 3,
      limits: { ...FREE, rpd: 14_400 },
      prompt: 50,
      max: 100,
      completion: [75, 75],
      duration: [500, 1_500],
    });
    for (let t = 0; t < 4 * HOUR; t += 10_000 * (0.5 + chance()))
      scheduler.schedule(() => {
        ask();
      }, t);
    for (let t = 10 * MINUTE; t < 40 * MINUTE; t += 10_000) {
      scheduler.schedule(() => {
        const model = server.model('m');
        const others = { promptTokens: 533, maxCompletionTokens: 0 };
        const ruling = model.admit(scheduler.now(), others);
        if (ruling.type === 'admitted') {
          model.settle(scheduler.now(), ruling.admission, { promptTokens: 533, completionTokens: 0 });
        }
      }, t);
    }
    const [mine, its] = levelsAt(40 * MINUTE, 'tpd');
    expect(its - mine).toBeLessThan(30_000);
    scheduler.flush(4 * HOUR);
    expect(answers.length).toBeGreaterThan(1_000);
    expect(server.refusals.length).toBeLessThan(3);
  });
});
