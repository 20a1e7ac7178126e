import { type SchedulerAction, type Subscription, VirtualTimeScheduler } from 'rxjs';

/**
 * A clock for tests with real sockets: time stands still, and jumps to the next pending action at the end of each turn.
 * Set `frame` to let time pass.
 */
export class LeapingScheduler extends VirtualTimeScheduler {
  /** The number of actions scheduled so far. */
  scheduled = 0;

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.scheduled++;
    setImmediate(() => {
      this.flush();
    });
    return super.schedule(work, delay, state);
  }
}
