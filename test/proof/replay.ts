/**
 * Repeats one run of the proof and shows its result:
 *
 *   node --conditions=rxgroq-source test/proof/replay.ts matching 17
 */
import { CLAIMS, flawOf } from './claims.ts';
import { CLAIM_NAMES } from './prove.ts';
import { efficiency, simulate } from './simulate.ts';

const [, , name, seed = '1'] = process.argv;
const known = CLAIM_NAMES.find((each) => each === name);
if (known === undefined) {
  console.error(`Name one of ${CLAIM_NAMES.join(', ')}, and a seed.`);
  process.exitCode = 1;
} else {
  const claim = CLAIMS[known];
  const outcome = simulate(Number(seed), claim.circumstances);
  const { load, refusals, answered, sent, last, bound } = outcome;
  console.log(`${known}, seed ${seed}: ${claim.says}`);
  console.log(`limits ${JSON.stringify(load.limits)}, network ${load.latency} to ${load.latency + load.jitter} ms`);
  console.log(`${answered} of ${load.jobs.length} answered, ${sent} sent, ${refusals.length} met a limit`);
  console.log(`last let in at ${last.toFixed(1)} ms, bound ${bound.toFixed(1)} ms: ${efficiency(outcome).toFixed(5)}`);
  for (const refusal of refusals)
    console.log(`  ${JSON.stringify(refusal)} told at ${outcome.toldAt(refusal.dimension)}`);
  console.log(flawOf(claim, outcome) ?? 'as claimed');
}
