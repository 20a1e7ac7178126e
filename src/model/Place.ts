import type { Priority } from './Priority.ts';

/** The properties that determine when a waiting request starts, and can be changed while it waits. */
export interface Place {
  /** A new priority also sets its slack, unless `slack` is given too. */
  readonly priority?: Priority | undefined;
  readonly tenant?: string | undefined;
  /**
   * How long newer, more urgent requests can overtake it, in place of its priority's slack: in milliseconds from when
   * the request was made.
   */
  readonly slack?: number | undefined;
}
