import type { Groq } from '../../index.ts';
import type { Board } from './Board.ts';

/** Where the demonstration takes place: a client, and who answers it. */
export interface Stage {
  readonly groq: Groq;
  /** What is said of it in a few words. */
  readonly title: string;
  /** How many times faster than ours its clock runs. */
  readonly speed: number;
  /** The client's clock, in milliseconds. */
  readonly now: () => number;
  /** How many answers 429 there were. */
  readonly rateLimited: () => number;
  /** What is to be said of it in the end, in lines. */
  readonly sum: (board: Board) => readonly string[];
  /** Ends whatever is still under way. */
  readonly close: () => Promise<void>;
}
