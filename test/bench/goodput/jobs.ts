import type { Priority } from '../../../src/model/Priority.ts';
import { seeded } from '../../../src/rules/seeded.ts';

/** The limits of the account, and the maximum of each request. */
export const RPM = 200;
export const TPM = 120_000;
export const RPD = 500_000;
export const MAX = 512;

/** The duration of a completion, in milliseconds: until it begins, and for each token. */
export const BEGIN = 150;
export const TOKEN = 2.5;

const COUNT = 400;

/** One request: the length of its prompt is known, that of its completion is not. */
export interface GoodputJob {
  /** Milliseconds. */
  readonly arrival: number;
  readonly priority: Priority;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/**
 * Makes 400 jobs of three priorities. All arrive at once, or a tenth of the urgent ones arrives later, at random
 * moments while the others wait.
 */
export function goodputJobs(someLate: boolean): GoodputJob[] {
  const random = seeded(7);
  const jobs = Array.from({ length: COUNT }, (): GoodputJob => {
    const u = random();
    return {
      arrival: 0,
      priority: u < 0.2 ? 'high' : u < 0.6 ? 'normal' : 'low',
      promptTokens: Math.round(50 * 40 ** random()),
      completionTokens: Math.round(20 + 380 * random() ** 2),
    };
  });
  if (!someLate) return jobs;
  const end = fluidBound(jobs);
  let urgent = 0;
  return jobs.map((job) =>
    job.priority === 'high' && urgent++ % 10 === 0 ? { ...job, arrival: Math.floor(0.9 * end * random()) } : job,
  );
}

/** When the inflow of both buckets covers all jobs, in milliseconds: a lower bound for any client. */
export function fluidBound(jobs: readonly GoodputJob[]): number {
  const tokens = jobs.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0);
  const last = Math.max(...jobs.map(({ arrival }) => arrival));
  return Math.max(last, ((jobs.length - RPM) * 60_000) / RPM, ((tokens - TPM) * 60_000) / TPM);
}

/** When each job is answered under an optimal schedule, in milliseconds since its arrival. */
export function clairvoyant(jobs: readonly GoodputJob[]): number[] {
  const rank = { high: 0, normal: 1, low: 2, background: 3 };
  const waiting = jobs
    .map((job, index) => ({ job, index }))
    .sort((a, b) => rank[a.job.priority] - rank[b.job.priority] || a.job.promptTokens - b.job.promptTokens);
  let running: { readonly end: number; readonly back: number }[] = [];
  const latency: number[] = [];
  let requests = RPM;
  let tokens = TPM;
  const step = 5;
  for (let now = 0; waiting.length > 0; now += step) {
    requests = Math.min(RPM, requests + (step * RPM) / 60_000);
    tokens = Math.min(TPM, tokens + (step * TPM) / 60_000);
    for (const { end, back } of running) if (end <= now) tokens = Math.min(TPM, tokens + back);
    running = running.filter(({ end }) => end > now);
    for (;;) {
      const at = waiting.findIndex(({ job }) => job.arrival <= now);
      const next = waiting[at];
      if (next === undefined || requests < 1 || tokens < next.job.promptTokens + MAX) break;
      waiting.splice(at, 1);
      requests -= 1;
      tokens -= next.job.promptTokens + MAX;
      const end = now + BEGIN + next.job.completionTokens * TOKEN;
      running.push({ end, back: MAX - next.job.completionTokens });
      latency[next.index] = end - next.job.arrival;
    }
  }
  return latency;
}
