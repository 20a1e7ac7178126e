import type { Priority } from './Priority.ts';

/** What decides when a waiting request comes up, and can be changed while it waits. */
export interface Place {
  /** It brings its own slack, unless another one is given with it. */
  readonly priority?: Priority | undefined;
  readonly tenant?: string | undefined;
  /** For how long it lets more urgent requests go first, in place of its priority's slack: milliseconds since it was asked for. */
  readonly slack?: number | undefined;
}
