import type { Dimension } from '../model/Dimension.ts';
import type { ModelId } from '../model/Models.ts';
import type { ServerLevel } from '../rules/serverModel/Ruling.ts';

/** The requests of one model. All times are in milliseconds of the simulator's clock, which starts at 0. */
export interface SimulatedModelStats {
  /** Admitted requests. */
  readonly admitted: number;
  /** Admitted requests that have not ended. */
  readonly inFlight: number;
  readonly firstAdmission?: number;
  readonly lastAdmission?: number;
  /** The limits: their levels, and the total charged and settled. */
  readonly levels: readonly ServerLevel[];
}

/** A snapshot of the statistics of a simulator. */
export interface SimulatorStats {
  /** Milliseconds of the simulator's clock since it was started. */
  readonly now: number;
  /** Requests of every kind. */
  readonly requests: number;
  /** Answers by status. Requests without an answer yet are not included. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers 429 by the limit that was hit, without those caused by `faults`. */
  readonly rateLimited: Readonly<Partial<Record<Dimension, number>>>;
  /** Faults that were injected. */
  readonly faults: number;
  /** Tokens of the requests that have ended. */
  readonly tokens: { readonly prompt: number; readonly cached: number; readonly completion: number };
  readonly connections: { readonly open: number; readonly total: number };
  /** Requests whose connection was closed, by the client or by `close`, before the answer was complete. */
  readonly aborted: number;
  readonly models: Readonly<Record<ModelId, SimulatedModelStats>>;
}
