import type { SchedulerLike } from 'rxjs';
import type { Limits } from '../../src/model/Limits.ts';
import type { ModelServer } from '../../src/testing/modelServer.ts';
import type { Demand } from './offlineBound.ts';

/** The traffic of other clients of the organization. */
export interface OthersConfig {
  /** Their share of the inflow of the buckets, from 0 to 1. */
  readonly share: number;
  /** The interval of their requests, in milliseconds. */
  readonly every: number;
  /** When they begin, in milliseconds. */
  readonly from: number;
}

/** How long others wait before they retry a refused request, in milliseconds. */
const AGAIN = 200;

/**
 * Simulates other clients that use the same limits evenly, in lumps. They retry refused requests soon, so they get
 * their share however busy the limits are.
 */
export class Others {
  /** Their admitted requests. */
  readonly demands: Demand[] = [];
  #stopped = false;

  constructor(server: ModelServer, limits: Limits, scheduler: SchedulerLike, { share, every, from }: OthersConfig) {
    const lump = ((limits.tpm ?? 0) / 60_000) * every * share;
    const model = server.model('m');
    let owed = 0;
    let late = 0;
    const ask = (): void => {
      if (this.#stopped) return;
      if (late === 0) owed += lump;
      const promptTokens = Math.floor(owed);
      const now = scheduler.now();
      const ruling = model.admit(now, { promptTokens, maxCompletionTokens: 0 });
      if (ruling.type === 'refused') {
        late += AGAIN;
        scheduler.schedule(ask, AGAIN);
        return;
      }
      owed -= promptTokens;
      this.demands.push({ at: 0, requests: 1, tokens: promptTokens, inputTokens: promptTokens, outputTokens: 0 });
      model.settle(now, ruling.admission, { promptTokens, completionTokens: 0 });
      scheduler.schedule(ask, Math.max(1, every - late));
      late = 0;
    };
    scheduler.schedule(ask, from);
  }

  stop(): void {
    this.#stopped = true;
  }
}
