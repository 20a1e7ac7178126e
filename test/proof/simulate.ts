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

/** In what a run differs from the one in which server and client know the same. */
export interface Circumstances {
  readonly load?: LoadConfig | undefined;
  readonly server?: Partial<Pick<ModelServerConfig, 'chargeModel' | 'shape' | 'rounding'>> | undefined;
  readonly client?: GroqOptions | undefined;
  /** Who else uses the same limits. */
  readonly others?: ((load: Load, random: () => number) => OthersConfig) | undefined;
  /** What was used just before the client began, in parts of each limit from 0 to 1. */
  readonly usedBefore?: ((random: () => number) => Limits) | undefined;
  /** The limits that the server has from some moment on. */
  readonly change?:
    | ((load: Load, random: () => number) => { readonly at: number; readonly limits: Limits })
    | undefined;
}

/** What came of a run. All times are milliseconds. */
export interface Outcome {
  readonly load: Load;
  /** Those who got an answer, and what the others got. */
  readonly answered: number;
  readonly errors: readonly unknown[];
  /** Those that met a limit, some more than once. */
  readonly refusals: readonly RefusedRequest[];
  readonly sent: number;
  /** When the last request was let in, and when at the earliest it could have been. */
  readonly last: number;
  readonly bound: number;
  /** When an answer, or a 429 that names this dimension, first told the client of what the server had changed. */
  readonly toldAt: (dimension: Dimension) => number;
  /** Whether all is as if nothing had been: no connection, no timer. */
  readonly clean: boolean;
}

/** Which share of what could have been let in was. */
export const efficiency = ({ bound, last }: Pick<Outcome, 'bound' | 'last'>): number => bound / last;

/** Lets the whole client send a load of that seed to the server model, in virtual time. */
export function simulate(seed: number, circumstances: Circumstances = {}): Outcome {
  const load = randomLoad(seed, circumstances.load);
  const { limits, jobs, latency, jitter } = load;
  const random = seeded(seed ^ 0x5eed);
  const scheduler = virtualClock();
  /** When the server last began to work for each. */
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
 * What a job needs: what it uses, except that the server charges the maximum until a completion has ended. Whoever
 * decides, that still holds for those that are under way when the last one is let in.
 */
const demandOf = (job: LoadJob, isHeld: boolean): Demand => {
  const { arrival, promptTokens, completionTokens, maxCompletionTokens = completionTokens } = job;
  const outputTokens = isHeld ? maxCompletionTokens : completionTokens;
  return { at: arrival, requests: 1, tokens: promptTokens + outputTokens, inputTokens: promptTokens, outputTokens };
};

/** Uses parts of the limits before anything else happens, and tells the levels that are left. */
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

/** Hears what the client hears, to know since when it could have known. */
class News {
  readonly #server: ModelServer;
  readonly #scheduler: VirtualClock;
  readonly #since: number;
  #answerAt = Infinity;
  readonly #refusedAt = new Map<Dimension, number>();

  /** @param since From when on there is something to tell. */
  constructor(server: ModelServer, scheduler: VirtualClock, since: number) {
    this.#server = server;
    this.#scheduler = scheduler;
    this.#since = since;
  }

  /** Requests per day and tokens per minute stand in every answer, the others only in a 429 that names them. */
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
