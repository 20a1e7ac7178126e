import type { Unsubscribable } from 'rxjs';
import type { ChatRequest } from './ChatRequest.ts';
import type { Cost } from './Cost.ts';
import type { ModelId } from './Models.ts';
import type { Priority } from './Priority.ts';

/** To what a waiting job is tied: when it closes, the job leaves the queue. An rxjs `Subscription` fits. */
export interface Lifetime {
  readonly closed: boolean;
  add(teardown: Unsubscribable): void;
  remove(teardown: Unsubscribable): void;
}

/** A request with all that decides when it may be sent. */
export interface Job {
  /** Its number in order of arrival. The older of two equals goes first. */
  readonly seq: number;
  readonly model: ModelId;
  readonly request: ChatRequest;
  readonly cost: Cost;
  readonly priority: Priority;
  /** On whose behalf: tenants that wait in the same class are served in turn, by the tokens that each has had. */
  readonly tenant?: string | undefined;
  /** When it was asked for, in the milliseconds of the scheduler's clock. A retry keeps it. */
  readonly arrival: number;
  /** Until when it keeps its rank, by the same clock: its own in place of what its priority gives. */
  readonly deadline?: number | undefined;
  /** Until when it may wait, by the same clock. */
  readonly expiresAt?: number | undefined;
  /** Whether it waited already, at another place. @default false */
  readonly moved?: boolean | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly lifetime?: Lifetime | undefined;
}
