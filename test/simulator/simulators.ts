import { afterEach } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { LeapingScheduler } from './leapingScheduler.ts';

/**
 * Returns a function that starts simulators, which are closed after each test. By default their time stands still, and
 * answers take no time.
 */
export function simulators(): (options?: SimulatorOptions) => Promise<Simulator & { clock: LeapingScheduler }> {
  const running: Simulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((simulator) => simulator.close()));
  });
  return async (options = {}) => {
    const clock = new LeapingScheduler();
    const simulator = await startSimulator({
      scheduler: clock,
      firstToken: 0,
      tokensPerSecond: Number.POSITIVE_INFINITY,
      ...options,
    });
    running.push(simulator);
    return { ...simulator, clock };
  };
}
