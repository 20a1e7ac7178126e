import { config } from 'rxjs';
import { drawPlan, type Mode } from './Plan.ts';
import { run } from './run.ts';
import { shrunk } from './shrunk.ts';

/**
 * Runs the plans of `seeds` seeds, or of the one in the environment variable `RXGROQ_SEED`.
 *
 * @throws {Error} at the first failure, with its seed, the command to repeat it, and the smallest plan that still
 * fails.
 */
export async function prove(mode: Mode, seeds: number): Promise<void> {
  const { RXGROQ_SEED: only } = process.env;
  const all = only === undefined ? Array.from({ length: seeds }, (_, i) => i + 1) : [Number(only)];
  const thrown: unknown[] = [];
  // Unhandled errors are reported after the run.
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => {
    thrown.push(error);
  };
  try {
    for (const seed of all) {
      const { findings } = run(drawPlan(seed, mode));
      if (findings.length > 0) throw failure(seed, mode);
    }
    await timePasses();
    if (thrown.length === 0) return;
    for (const seed of all) {
      thrown.length = 0;
      run(drawPlan(seed, mode));
      await timePasses();
      if (thrown.length > 0) throw new Error(`Nobody caught an error in ${again(seed, mode)}`, { cause: thrown[0] });
    }
  } finally {
    config.onUnhandledError = before;
  }
}

function failure(seed: number, mode: Mode): Error {
  const smallest = shrunk(drawPlan(seed, mode));
  const { findings } = run(smallest);
  const { faults, asks, ...world } = smallest;
  return new Error(
    [
      `The client failed in ${again(seed, mode)}`,
      ...findings.map((finding) => `- ${finding}`),
      'The smallest plan that fails:',
      JSON.stringify(world),
      ...faults.map((fault) => JSON.stringify(fault)),
      ...asks.map((ask) => JSON.stringify(ask)),
    ].join('\n'),
  );
}

const again = (seed: number, mode: Mode): string =>
  `seed ${seed} (${mode}). Again: RXGROQ_SEED=${seed} npx vitest run test/faults/random.spec.ts -t ${mode}`;

const timePasses = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
