import type { Unsubscribable } from 'rxjs';
import type { SimulatorClock } from './simulatorClock.ts';

/** How fast a simulated model writes, by the simulator's clock. */
export interface Pace {
  /** Milliseconds until the first token. */
  readonly firstToken: number;
  readonly tokensPerSecond: number;
}

/** When a piece is due, in milliseconds after the request was admitted. The first piece is number 0. */
export function dueAt({ firstToken, tokensPerSecond }: Pace, index: number): number {
  return firstToken + (index * 1_000) / tokensPerSecond;
}

/** How many of `count` pieces are due after `elapsed` milliseconds. */
export function dueBy({ firstToken, tokensPerSecond }: Pace, elapsed: number, count: number): number {
  if (elapsed < firstToken) return 0;
  return Math.min(count, Math.floor(((elapsed - firstToken) * tokensPerSecond) / 1_000) + 1 || count);
}

/** A run of pieces, each of which is emitted when it is due. */
export interface Run {
  readonly clock: SimulatorClock;
  readonly pace: Pace;
  /** The time from which pieces become due, by the clock. */
  readonly startedAt: number;
  /** The first piece, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Emits pieces that are due. Returns false to pause until `resume`. */
  readonly emit: (from: number, to: number) => boolean;
  /** Called when the piece after the last one would be due. */
  readonly done: () => void;
}

/** A run in progress. Unsubscribing it stops it. */
export interface Playing extends Unsubscribable {
  /** Continues after `emit` returned false. */
  resume(): void;
}

/**
 * Plays a run with one timer, which is only set while something remains. All pieces that are due are emitted together.
 */
export function play({ clock, pace, startedAt, from, to, emit, done }: Run): Playing {
  let next = from;
  let blocked = false;
  let stopped = false;
  let timer: Unsubscribable | undefined;

  const wake = (): void => {
    timer = clock.after(startedAt + dueAt(pace, next) - clock.now(), tick);
  };
  const tick = (): void => {
    const due = Math.max(next, dueBy(pace, clock.now() - startedAt, to));
    if (next === to) {
      done();
      return;
    }
    const first = next;
    next = due;
    if (due > first && !emit(first, due)) blocked = true;
    // A consumer of pieces may stop the run.
    if (!blocked && !stopped) wake();
  };
  wake();

  return {
    resume() {
      if (!blocked) return;
      blocked = false;
      if (!stopped) wake();
    },
    unsubscribe() {
      stopped = true;
      timer?.unsubscribe();
    },
  };
}
