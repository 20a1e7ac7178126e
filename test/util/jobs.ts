import type { Cost } from '../../src/model/Cost.ts';
import type { Job } from '../../src/model/Job.ts';
import type { Priority } from '../../src/model/Priority.ts';

/** A job with a name for tests. */
export interface NamedJob extends Job {
  readonly name: string;
}

/** The cost of a request of some tokens. */
export const tokens = (tokens: number): Cost => ({
  requests: 1,
  tokens,
  inputTokens: tokens,
  outputTokens: 0,
  audioSeconds: 0,
});

const PRIORITY: Readonly<Record<string, Priority>> = { h: 'high', n: 'normal', m: 'normal', l: 'low', b: 'background' };

/** Makes jobs in order of arrival. The first letter of a name gives its priority. */
export function jobMaker(defaults: Partial<Job> = {}): (name: string, rest?: Partial<Job>) => NamedJob {
  let seq = 0;
  return (name, rest = {}) => ({
    name,
    seq: seq++,
    model: 'm',
    request: { model: 'm', messages: [{ role: 'user', content: name }] },
    cost: tokens(1),
    priority: PRIORITY[name.charAt(0)] ?? 'low',
    arrival: 0,
    attempt: 1,
    ...defaults,
    ...rest,
  });
}
