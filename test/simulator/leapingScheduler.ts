import { type SchedulerAction, type Subscription, VirtualTimeScheduler } from 'rxjs';

/**
 * A clock for tests over real sockets: time stands still, and leaps to the next thing that is to be done as soon as the
 * turn is over. Set `frame` to let time pass.
 */
export class LeapingScheduler extends VirtualTimeScheduler {
  /** How many things have been scheduled so far. */
  scheduled = 0;

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.scheduled++;
    setImmediate(() => {
      this.flush();
    });
    return super.schedule(work, delay, state);
  }
}
