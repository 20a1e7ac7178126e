import { createGroq } from '../../index.ts';
import { tiktokenCounter } from '../../operators.ts';
import { fasterClock, startSimulator } from '../../simulator/index.ts';
import { formatNumber } from '../formatNumber.ts';
import { quotaShare } from './quotaShare.ts';
import { DEMO_MODEL } from './requestFor.ts';
import type { Stage } from './Stage.ts';
import { simulatedReply } from './simulatedReply.ts';
import { warmUp } from './warmUp.ts';

/** How fast the simulated model writes by its clock: slow enough to be watched at twenty times the speed. */
const TOKENS_PER_SECOND = 60;

/**
 * Makes a client of a simulator with the limits of the free plan.
 *
 * @param speed How many times faster than ours both their clocks run.
 */
export async function simulatedStage(speed: number): Promise<Stage> {
  const counter = tiktokenCounter();
  // With it all prompts are counted at once, and so the most urgent is sent first.
  await counter.load();
  const simulator = await startSimulator({
    tier: 'free',
    speed,
    tokensPerSecond: TOKENS_PER_SECOND,
    reply: simulatedReply,
  });
  const scheduler = fasterClock(speed);
  const groq = createGroq({
    apiKey: 'none',
    baseURL: simulator.url,
    tier: 'free',
    counter,
    scheduler,
    // This machine is not faster than usual, so it is given as much of our time as usual.
    timeouts: { connect: 10_000 * speed, betweenTokens: 60_000 * speed, total: 120_000 * speed },
  });
  await warmUp(groq);
  const started = scheduler.now();

  return {
    groq,
    title: `${DEMO_MODEL} · limits of the free plan · simulated, ${speed}x`,
    speed,
    now: () => scheduler.now() - started,
    rateLimited: () => simulator.stats().byStatus['429'] ?? 0,
    sum: () => {
      const { models, now } = simulator.stats();
      const model = models[DEMO_MODEL];
      const used = model && quotaShare(model, now);
      if (used === undefined) return [];
      const { dimension, settled, capacity, perSecond, makespan, share } = used;
      return [
        `share of the quota: ${(share * 100).toFixed(1)} % of ${dimension.toUpperCase()} = ` +
          `${formatNumber(settled)} ÷ (${formatNumber(capacity)} + ${perSecond.toFixed(1)}/s × ${(makespan / 1_000).toFixed(1)} s)`,
      ];
    },
    close: async () => {
      await groq.close();
      await simulator.close();
    },
  };
}
