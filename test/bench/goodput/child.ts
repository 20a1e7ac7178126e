/** Runs all jobs with one contender in a separate process: `child.ts <contender> <origin> <late?>`. */
import { firstValueFrom } from 'rxjs';
import { createGroq } from '../../../src/index.ts';
import { memoryLimitStore } from '../../../src/operators.ts';
import { type GoodputJob, goodputJobs, MAX, RPD, RPM, TPM } from './jobs.ts';

/** Does one job. Rejects when it is given up. */
type Do = (job: GoodputJob) => Promise<unknown>;

/** The results of all jobs: when each was answered, in milliseconds since its arrival, if it was. */
export interface Done {
  readonly latencies: readonly (number | null)[];
  /** When the last answer arrived, in milliseconds. */
  readonly makespan: number;
  readonly error?: string | undefined;
}

const [, , name = '', origin = '', late] = process.argv;

/** @param isOurs Whether no other client uses the account, so that its buckets are known to be full at first. */
const rxgroq = (isOurs: boolean): Do => {
  const sizes = /^p(\d+)-/;
  const limits = { rpm: RPM, rpd: RPD, tpm: TPM };
  const groq = createGroq({
    apiKey: 'gsk_bench',
    baseURL: origin,
    ...(isOurs
      ? { store: memoryLimitStore({ limits, ceilings: limits, margin: 300 }) }
      : { limits: { bench: limits } }),
    counter: {
      count: ({ user }) => {
        const tokens = Number(sizes.exec(user ?? '')?.[1] ?? 0);
        return { tokens, bound: tokens, exact: true };
      },
    },
  });
  return ({ priority, promptTokens, completionTokens }) =>
    firstValueFrom(
      groq.complete(
        {
          model: 'bench',
          messages: [{ role: 'user', content: 'hi' }],
          user: `p${promptTokens}-c${completionTokens}`,
          max_completion_tokens: MAX,
        },
        { priority },
      ),
    );
};

async function contender(): Promise<Do> {
  if (name.startsWith('rxgroq')) return rxgroq(name !== 'rxgroq');
  const file = new URL('../peers/goodput.mjs', import.meta.url).href;
  const { contenders } = (await import(file)) as { contenders: Record<string, (origin: string) => Promise<Do>> };
  const make = contenders[name];
  if (make === undefined) throw new Error(`There is no contender ${name}.`);
  return make(origin);
}

const work = await contender();
const jobs = goodputJobs(late === 'late');
const start = performance.now();
let makespan = 0;
let error: string | undefined;
const latencies = await Promise.all(
  jobs.map(async (job): Promise<number | null> => {
    // Jobs without a delay are made in one turn.
    if (job.arrival > 0) await new Promise<void>((resolve) => setTimeout(resolve, job.arrival));
    try {
      await work(job);
    } catch (reason) {
      error ??= String(reason).slice(0, 200);
      return null;
    }
    makespan = Math.max(makespan, performance.now() - start);
    return performance.now() - start - job.arrival;
  }),
);
const done: Done = { latencies, makespan, error };
process.send?.(done, () => process.exit(0));
