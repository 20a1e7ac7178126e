/**
 * Whether an answer is not being read: true while it is not, and after that when it was read again, by the clock in
 * milliseconds, where that is known.
 */
export type IsPaused = () => boolean | number;

/** Since when something is really awaited, in milliseconds: nothing can come while the answer is not being read. */
export function waitingSince(since: number, now: number, isPaused: IsPaused | undefined): number {
  const paused = isPaused?.() ?? false;
  if (paused === true) return now;
  return paused === false ? since : Math.max(since, paused);
}
