import { firstValueFrom, type Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import { PRIORITIES, type Priority } from '../../src/model/Priority.ts';
import type { Answer, Token } from '../../src/model/Token.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { seeded } from '../util/random.ts';
import { type Told, told } from '../util/told.ts';
import { turningClock } from '../util/turningClock.ts';

const MODEL = 'openai/gpt-oss-20b';

/** How long a turn of the event loop takes for both sides, in milliseconds; a message takes several turns. */
const STEP = 10;

/** The number of prompt tokens, as both sides count them. */
const countPrompt = ({ messages }: Pick<ChatRequest, 'messages'>): number =>
  70 + Math.ceil(JSON.stringify(messages).length / 4);

/** A request and its answer. */
interface Asked {
  readonly priority: Priority;
  readonly streamed: boolean;
  readonly answer: Told<Token | Answer>;
}

describe('many requests at once, under the free limits', () => {
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A client and a server that share only real connections and the clock. */
  const setUp = async (): Promise<{ simulator: Simulator; groq: Groq; events: GroqEvent[] }> => {
    const scheduler = turningClock(STEP);
    const simulator = await startSimulator({ tier: 'free', scheduler, countPrompt });
    const count = (request: ChatRequest) => {
      const tokens = countPrompt(request);
      return { tokens, bound: tokens, exact: true };
    };
    const random = seeded(1);
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: simulator.url, scheduler, counter: { count }, random });
    const events: GroqEvent[] = [];
    groq.events$.subscribe((event) => events.push(event));
    closing.push(async () => {
      await groq.close();
      await simulator.close();
      scheduler.stop();
    });
    return { simulator, groq, events };
  };

  /** Asks 200 questions of all lengths, streamed and not, in three priorities. */
  const askMany = (groq: Groq, maximum: () => Partial<ChatRequest>): Asked[] => {
    const random = seeded(7);
    return Array.from({ length: 200 }, (_, i) => {
      const priority = PRIORITIES[Math.floor(random() * 3)] ?? 'low';
      const content = `Question ${i}: ${'why '.repeat(Math.floor(random() * 100))}?`;
      const request = { messages: [{ role: 'user' as const, content }], ...maximum() };
      const streamed = random() < 0.5;
      const answer: Observable<Token | Answer> = streamed
        ? groq.chat(request, { priority })
        : groq.complete(request, { priority });
      return { priority, streamed, answer: told(answer) };
    });
  };

  const expectAnswers = async (asked: readonly Asked[]): Promise<void> => {
    const errors = await Promise.all(asked.map(({ answer }) => answer.error));
    expect(errors.filter((error) => error !== undefined)).toEqual([]);
    for (const { streamed, answer } of asked) {
      expect(answer.ends).toEqual([['complete']]);
      expect(answer.values.all.at(-1)).toMatchObject(
        streamed ? { type: 'finish' } : { message: { role: 'assistant' } },
      );
    }
  };

  const admitted = (events: readonly GroqEvent[]): number[] =>
    events.filter(({ type }) => type === 'admitted').map(({ seq }) => seq);

  it('should all be answered in order of urgency, without meeting a limit', { timeout: 30_000 }, async () => {
    const { simulator, groq, events } = await setUp();
    const random = seeded(3);
    const asked = askMany(groq, () => ({ max_completion_tokens: 10 + Math.floor(random() * 300) }));
    await expectAnswers(asked);

    const { byStatus, rateLimited, models, now } = simulator.stats();
    expect([byStatus, rateLimited]).toEqual([{ '200': 200 }, {}]);
    expect(models[MODEL]).toMatchObject({ admitted: 200, inFlight: 0 });
    expect(events.filter(({ type }) => type === 'rate-limited' || type === 'retrying')).toEqual([]);
    // The limits determine the time: 30 at once and then 30 a minute.
    expect(now).toBeGreaterThan((170 / 30) * 60_000);
    // All were made in one turn, so they are admitted by priority.
    const order = admitted(events).map((seq) => PRIORITIES.indexOf(asked[seq]?.priority ?? 'low'));
    expect(order).toEqual([...order].sort());
    expect(await firstValueFrom(groq.status$)).toEqual({ models: [] });
  });

  it('should all be answered when they leave the length of the answer open', {
    timeout: 30_000,
  }, async () => {
    const { simulator, groq } = await setUp();
    await expectAnswers(askMany(groq, () => ({})));
    // The server knows the usage before the client: requests sent in between may meet a limit, and are resent.
    const { '200': good, '429': limited = 0 } = simulator.stats().byStatus;
    expect(good).toBe(200);
    expect(limited).toBeLessThanOrEqual(4);
  });

  it('should let an urgent request start before all that wait', { timeout: 30_000 }, async () => {
    const { groq, simulator, events } = await setUp();
    const ask = (content: string, priority: Priority): Told<Answer> =>
      told(groq.complete({ messages: [{ role: 'user', content }], max_completion_tokens: 20 }, { priority }));
    const lows = Array.from({ length: 45 }, (_, i) => ask(`low ${i}`, 'low'));
    // Equal requests start in order, 30 of them at once.
    await lows[20]?.ended;
    const waiting = (await firstValueFrom(groq.status$)).models[0]?.waiting.low ?? 0;
    const before = admitted(events).length;
    expect([waiting > 0, waiting + before]).toEqual([true, 45]);
    const high = ask('high', 'high');
    await Promise.all([high, ...lows].map(({ ended }) => ended));

    const order = admitted(events);
    expect([order.length, order[before]]).toEqual([46, 45]);
    expect([high, ...lows].map(({ ends }) => ends)).toEqual([high, ...lows].map(() => [['complete']]));
    expect(simulator.stats().byStatus).toEqual({ '200': 46 });
  });
});
