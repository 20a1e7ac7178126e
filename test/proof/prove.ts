import { CLAIMS, type Claim, type ClaimName, flawOf, NOTHING, replayCommand, type Summary, summed } from './claims.ts';
import { simulate } from './simulate.ts';

/** The results of the runs of a claim. */
export interface Proof {
  readonly summary: Summary;
  /** The flawed runs, each with the command that repeats it. */
  readonly flaws: readonly string[];
}

/** How many flawed runs are reported. */
const TOLD = 5;

/** Runs a claim with these seeds. */
export function prove(name: ClaimName, seeds: Iterable<number>): Proof {
  const claim: Claim = CLAIMS[name];
  const flaws: string[] = [];
  let summary = NOTHING;
  for (const seed of seeds) {
    const outcome = simulate(seed, claim.circumstances);
    summary = summed(summary, outcome);
    const flaw = flawOf(claim, outcome);
    if (flaw !== undefined && flaws.length < TOLD) flaws.push(`seed ${seed}: ${flaw}. ${replayCommand(name, seed)}`);
  }
  return { summary, flaws };
}

/** Combines proofs of parts. */
export function together(proofs: readonly Proof[]): Proof {
  const summary = proofs.reduce<Summary>(
    (a, { summary: b }) => ({
      runs: a.runs + b.runs,
      sent: a.sent + b.sent,
      refused: a.refused + b.refused,
      long: a.long + b.long,
      sum: a.sum + b.sum,
      worst: Math.min(a.worst, b.worst),
    }),
    NOTHING,
  );
  return { summary, flaws: proofs.flatMap(({ flaws }) => flaws) };
}

/** All flaws: of single runs, and of all runs together. */
export function flawsOf(name: ClaimName, { summary, flaws }: Proof): string[] {
  const claim: Claim = CLAIMS[name];
  return [...flaws, ...(claim.flaws?.(summary) ?? []).filter((flaw) => flaw !== false)];
}

/** The names of all claims. */
export const CLAIM_NAMES = Object.keys(CLAIMS) as ClaimName[];

/** Whole numbers from one to another, both included. */
export function* range(from: number, to: number): Generator<number> {
  for (let i = from; i <= to; i++) yield i;
}
