import { type Observable, tap } from 'rxjs';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { WireEvent, WireRequest } from '../../src/ports/Transport.ts';
import { seeded } from '../../src/rules/seeded.ts';
import {
  type ModelServer,
  type ModelServerConfig,
  modelServer,
  type RefusedRequest,
} from '../../src/testing/modelServer.ts';
import { network } from '../../src/testing/network.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtualClock.ts';
import { type Load, type LoadConfig, type LoadJob, randomLoad } from './Load.ts';
import { Others, type OthersConfig } from './Others.ts';
import { type Demand, offlineBound } from './offlineBound.ts';

/** The differences from a run in which server and client know the same. */
export interface Circumstances {
  readonly load?: LoadConfig | undefined;
  readonly server?: Partial<Pick<ModelServerConfig, 'chargeModel' | 'shape' | 'rounding'>> | undefined;
  readonly client?: GroqOptions | undefined;
  /** Other clients that use the same limits. */
  readonly others?: ((load: Load, random: () => number) => OthersConfig) | undefined;
  /** The usage just before the client starts, as a part of each limit from 0 to 1. */
  readonly usedBefore?: ((random: () => number) => Limits) | undefined;
  /** New limits of the server, and when they start. */
  readonly change?:
    | ((load: Load, random: () => number) => { readonly at: number; readonly limits: Limits })
    | undefined;
}

/** The result of a run. All times are milliseconds. */
export interface Outcome {
  readonly load: Load;
  /** The number of answered requests, and the errors of the others. */
  readonly answered: number;
  readonly errors: readonly unknown[];
  /** The requests that met a limit, some more than once. */
  readonly refusals: readonly RefusedRequest[];
  readonly sent: number;
  /** When the last request was admitted, and the lower bound for that time. */
  readonly last: number;
  readonly bound: number;
  /** When an answer, or a 429 that names the dimension, first showed the client what it did not know. */
  readonly toldAt: (dimension: Dimension) => number;
  /** Whether no connection and no timer is left. */
  readonly clean: boolean;
}

/** The lower bound as a share of the real time, from 0 to 1. */
export const efficiency = ({ bound, last }: Pick<Outcome, 'bound' | 'last'>): number => bound / last;

/** Sends a load of this seed with the whole client to the server model, in virtual time. */
export function simulate(seed: number, circumstances: Circumstances = {}): Outcome {
  const load = randomLoad(seed, circumstances.load);
  const { limits, jobs, latency, jitter } = load;
  const random = seeded(seed ^ 0x5eed);
  const scheduler = virtualClock();
  /** When the server last started work on each job. */
  const begun = new Map<LoadJob, number>();
  const server = modelServer({
    ...circumstances.server,
    limits,
    scheduler,
    network: network({ seed, latency, jitter }),
    script: (request) => {
      const job = jobOf(jobs, request);
      begun.set(job, scheduler.now());
      return job;
    },
  });
  const usedBefore = use(server, limits, circumstances.usedBefore?.(random) ?? {});
  const change = circumstances.change?.(load, random);
  if (change !== undefined) {
    scheduler.schedule(() => {
      server.setLimits('m', change.limits);
    }, change.at);
  }
  const news = new News(server, scheduler, change?.at ?? 0);
  const groq = createGroq({
    transport: news,
    counter: {
      count: (request) => {
        const { promptTokens } = jobOf(jobs, request);
        return { tokens: promptTokens, bound: promptTokens, exact: true };
      },
    },
    scheduler,
    random,
    limits: { m: limits },
    timeouts: { queue: Infinity },
    ...circumstances.client,
  });
  const config = circumstances.others?.(load, random);
  const others = config === undefined ? undefined : new Others(server, limits, scheduler, config);

  let answered = 0;
  const errors: unknown[] = [];
  jobs.forEach((job, i) => {
    scheduler.schedule(() => {
      const { maxCompletionTokens, priority, tenant, streamed } = job;
      const request = {
        model: 'm',
        messages: [{ role: 'user' as const, content: 'x' }],
        user: String(i),
        ...(maxCompletionTokens !== undefined && { max_completion_tokens: maxCompletionTokens }),
      };
      const answer: Observable<unknown> = streamed
        ? groq.chat(request, { priority, tenant })
        : groq.complete(request, { priority, tenant });
      const end = (): void => {
        if (answered + errors.length === jobs.length) others?.stop();
      };
      answer.subscribe({
        complete: () => {
          answered += 1;
          end();
        },
        error: (error: unknown) => {
          errors.push(error);
          end();
        },
      });
    }, job.arrival);
  });
  scheduler.flush();

  const last = server.admissions.at(-1) ?? 0;
  const keeps = circumstances.server?.chargeModel === 'keep';
  const demands = jobs.map((job) => demandOf(job, keeps || (begun.get(job) ?? 0) + job.duration > last));
  return {
    load,
    answered,
    errors,
    refusals: server.refusals,
    sent: server.admissions.length + server.refusals.length,
    last,
    bound: offlineBound([...demands, ...(others?.demands ?? [])], limits, usedBefore),
    toldAt: (dimension) => news.of(dimension),
    clean: server.open === 0 && scheduler.pending === 0,
  };
}

const jobOf = (jobs: readonly LoadJob[], { user }: Pick<ChatRequest, 'user'>): LoadJob => {
  const job = jobs[Number(user)];
  if (job === undefined) throw new Error(`No job has the number ${user ?? ''}.`);
  return job;
};

/**
 * The units of a job: its usage, or the maximum while the server still holds it. Under any schedule, that applies to
 * the jobs in flight when the last one is admitted.
 */
const demandOf = (job: LoadJob, isHeld: boolean): Demand => {
  const { arrival, promptTokens, completionTokens, maxCompletionTokens = completionTokens } = job;
  const outputTokens = isHeld ? maxCompletionTokens : completionTokens;
  return { at: arrival, requests: 1, tokens: promptTokens + outputTokens, inputTokens: promptTokens, outputTokens };
};

/** Uses parts of the limits before the run, and returns the levels. */
function use(server: ModelServer, limits: Limits, parts: Limits): Limits {
  const model = server.model('m');
  const { tpm = 0, rpm = 0 } = parts;
  const requests = Math.floor((limits.rpm ?? 0) * rpm);
  const tokens = Math.floor((limits.tpm ?? 0) * tpm);
  for (let i = 0; i < Math.max(1, requests); i++) {
    const promptTokens = i === 0 ? tokens : 0;
    if (requests === 0 && tokens === 0) break;
    const ruling = model.admit(0, { promptTokens, maxCompletionTokens: 0 });
    if (ruling.type === 'admitted') model.settle(0, ruling.admission, { promptTokens, completionTokens: 0 });
  }
  return Object.fromEntries(model.levels(0).map(({ dimension, level }) => [dimension, level]));
}

/** Observes the answers to the client, to find out since when it could know each limit. */
class News {
  readonly #server: ModelServer;
  readonly #scheduler: VirtualClock;
  readonly #since: number;
  #answerAt = Infinity;
  readonly #refusedAt = new Map<Dimension, number>();

  /** @param since The time of the change. */
  constructor(server: ModelServer, scheduler: VirtualClock, since: number) {
    this.#server = server;
    this.#scheduler = scheduler;
    this.#since = since;
  }

  /** Every answer shows `rpd` and `tpm`; other dimensions appear only in a 429 that names them. */
  of(dimension: Dimension): number {
    const refused = this.#refusedAt.get(dimension) ?? Infinity;
    return dimension === 'tpm' || dimension === 'rpd' ? Math.min(refused, this.#answerAt) : refused;
  }

  send(request: WireRequest): Observable<WireEvent> {
    let from = 0;
    return this.#server.send(request).pipe(
      tap((event) => {
        if (event.type === 'sent') from = this.#scheduler.now();
        if (event.type === 'head') this.#hear(event.status, from);
      }),
    );
  }

  #hear(status: number, sentAt: number): void {
    const now = this.#scheduler.now();
    if (status === 200) {
      if (sentAt >= this.#since) this.#answerAt = Math.min(this.#answerAt, now);
      return;
    }
    const refusal = this.#server.refusals.find((one) => one.sentAt === sentAt);
    if (refusal === undefined || refusal.at < this.#since) return;
    const known = this.#refusedAt.get(refusal.dimension) ?? Infinity;
    this.#refusedAt.set(refusal.dimension, Math.min(known, now));
  }
}
