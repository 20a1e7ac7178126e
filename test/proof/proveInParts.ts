import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ClaimName, described } from './claims.ts';
import { type Proof, together } from './prove.ts';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const run = promisify(execFile);

/** How many seeds a process takes at a time. */
const PART = 100;

/** Proves a claim with the seeds from 1 up, in one process for each core, and prints the progress. */
export async function proveInParts(name: ClaimName, seeds: number): Promise<Proof> {
  const proofs: Proof[] = [];
  let next = 1;
  const work = async (): Promise<void> => {
    while (next <= seeds) {
      const from = next;
      const to = Math.min(seeds, from + PART - 1);
      next = to + 1;
      const args = ['--conditions=rxgroq-source', worker, name, String(from), String(to)];
      const { stdout } = await run(process.execPath, args, { maxBuffer: 1e8 });
      proofs.push(JSON.parse(stdout) as Proof);
      const done = together(proofs);
      console.log(
        `${name}: ${described(done.summary)}${done.flaws.length === 0 ? '' : `; ${done.flaws.length} flawed`}`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return together(proofs);
}
