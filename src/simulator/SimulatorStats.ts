import type { Dimension } from '../model/Dimension.ts';
import type { ModelId } from '../model/Models.ts';
import type { ServerLevel } from '../rules/serverModel/Ruling.ts';

/** What one model has been asked for. All times are milliseconds of the simulator's clock, which began at 0. */
export interface SimulatedModelStats {
  /** Requests that were let in. */
  readonly admitted: number;
  /** Of them, those that have not ended. */
  readonly inFlight: number;
  readonly firstAdmission?: number;
  readonly lastAdmission?: number;
  /** The limits: what is left, and what was charged and settled in all. */
  readonly levels: readonly ServerLevel[];
}

/** What a simulator has seen so far: plain data, which does not change any more. */
export interface SimulatorStats {
  /** Milliseconds of the simulator's clock since it was started. */
  readonly now: number;
  /** Requests of every kind. */
  readonly requests: number;
  /** Answers by their status. A request that has no answer yet is not among them. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers 429 by the limit that was hit, without those that the option `faults` made. */
  readonly rateLimited: Readonly<Partial<Record<Dimension, number>>>;
  /** Faults that were injected. */
  readonly faults: number;
  /** Tokens of the requests that have ended. */
  readonly tokens: { readonly prompt: number; readonly cached: number; readonly completion: number };
  readonly connections: { readonly open: number; readonly total: number };
  /** Requests whose connection was closed, by the client or by `close`, before they had the whole answer. */
  readonly aborted: number;
  readonly models: Readonly<Record<ModelId, SimulatedModelStats>>;
}
