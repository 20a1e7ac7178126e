import type { Unsubscribable } from 'rxjs';
import type { ChatRequest } from './ChatRequest.ts';
import type { Cost } from './Cost.ts';
import type { ModelId } from './Models.ts';
import type { Priority } from './Priority.ts';

/** The lifetime of a waiting job: when it closes, the job leaves the queue. An rxjs `Subscription` can be used. */
export interface Lifetime {
  readonly closed: boolean;
  add(teardown: Unsubscribable): void;
  remove(teardown: Unsubscribable): void;
}

/** A request with everything that determines when it may be sent. */
export interface Job {
  /** Its number in order of arrival. Of two equal jobs the older goes first. */
  readonly seq: number;
  readonly model: ModelId;
  readonly request: ChatRequest;
  readonly cost: Cost;
  readonly priority: Priority;
  /**
   * The tenant that it belongs to: tenants with jobs of the same priority are served in turn, by the tokens that each
   * was granted.
   */
  readonly tenant?: string | undefined;
  /** Its arrival time, in milliseconds of the scheduler's clock. A retry keeps it. */
  readonly arrival: number;
  /** Its own deadline by the same clock, in place of its arrival plus the slack of its priority. */
  readonly deadline?: number | undefined;
  /** When its wait times out, by the same clock. */
  readonly expiresAt?: number | undefined;
  /** Whether it has only changed its place and waited before. @default false */
  readonly moved?: boolean | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly lifetime?: Lifetime | undefined;
}
