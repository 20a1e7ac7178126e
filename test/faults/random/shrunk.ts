import type { Plan } from './Plan.ts';
import { run } from './run.ts';

/** The most smaller plans that are tried. */
const TRIES = 300;

/** Shrinks a failing plan while it still fails: first its faults, then its requests. */
export function shrunk(plan: Plan): Plan {
  let smallest = plan;
  for (let tries = 0; tries < TRIES; ) {
    const smaller = [...smallerThan(smallest)].find((candidate) => {
      tries += 1;
      return tries <= TRIES && run(candidate).findings.length > 0;
    });
    if (smaller === undefined) return smallest;
    smallest = smaller;
  }
  return smallest;
}

function* smallerThan(plan: Plan): Generator<Plan> {
  const { faults, asks } = plan;
  for (const fault of faults) yield { ...plan, faults: faults.filter((other) => other !== fault) };
  const half = Math.floor(asks.length / 2);
  if (half > 0) {
    yield { ...plan, asks: asks.slice(0, half) };
    yield { ...plan, asks: asks.slice(half) };
  }
  if (asks.length > 1) for (const ask of asks) yield { ...plan, asks: asks.filter((other) => other !== ask) };
}
