/** How urgent a request is: `background` is for bulk work. */
export type Priority = 'high' | 'normal' | 'low' | 'background';

/** The priorities, most urgent first. */
export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low', 'background'];

/** How long a request of each priority lets newer and more urgent ones go first, in milliseconds. */
export type Slack = Readonly<Record<Priority, number>>;

/**
 * Nothing, a minute, ten minutes and six hours. They are long on purpose: a waiting request is overtaken only until
 * its own slack has passed, so short slacks would let old bulk work go before a new urgent request.
 */
export const DEFAULT_SLACK: Slack = { high: 0, normal: 60_000, low: 600_000, background: 21_600_000 };

/** Which part of each daily limit a priority leaves to what is more urgent, from 0 to 1. */
export type Pacing = Readonly<Record<Priority, number>>;

/** Bulk work may take the upper half of a day's quota at once; below that, it shares what flows back. */
export const DEFAULT_PACING: Pacing = { high: 0, normal: 0.1, low: 0.25, background: 0.5 };
