/** How urgent a request is. `background` is for bulk work. */
export type Priority = 'high' | 'normal' | 'low' | 'background';

/** The priorities, most urgent first. */
export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low', 'background'];

/** How long a waiting request of each priority can be overtaken by newer, more urgent ones, in milliseconds. */
export type Slack = Readonly<Record<Priority, number>>;

/**
 * None, a minute, ten minutes and six hours. They are long on purpose: a waiting request can be overtaken only until
 * its own slack has passed, so with short slacks old bulk work would go before a new urgent request.
 */
export const DEFAULT_SLACK: Slack = { high: 0, normal: 60_000, low: 600_000, background: 21_600_000 };

/** The fraction of each daily limit that a priority leaves to more urgent requests, from 0 to 1. */
export type Pacing = Readonly<Record<Priority, number>>;

/** Bulk work may use the upper half of a day's quota immediately; below that, it shares the refill. */
export const DEFAULT_PACING: Pacing = { high: 0, normal: 0.1, low: 0.25, background: 0.5 };
