import type { SchedulerLike } from 'rxjs';
import type { Limits } from '../../src/model/Limits.ts';
import type { ModelServer } from '../../src/testing/modelServer.ts';
import type { Demand } from './offlineBound.ts';

/** What others of the same organization want. */
export interface OthersConfig {
  /** Which share of what flows into the buckets they take, from 0 to 1. */
  readonly share: number;
  /** How often they ask, in milliseconds. */
  readonly every: number;
  /** When they begin, in milliseconds. */
  readonly from: number;
}

/** When others ask again for what they were refused, in milliseconds. */
const AGAIN = 200;

/**
 * Plays others who use the same limits evenly, in lumps. What they are refused they ask for again soon, so that they get
 * their share however busy the limits are kept.
 */
export class Others {
  /** What they were let take. */
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
