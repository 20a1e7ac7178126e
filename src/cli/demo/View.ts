import type { BucketLevel } from '../../index.ts';
import type { Board } from './Board.ts';

/** All that a frame of the demonstration shows. */
export interface View {
  readonly title: string;
  /** Since it began, in milliseconds of the client's clock. */
  readonly now: number;
  readonly rateLimited: number;
  readonly levels: readonly BucketLevel[];
  readonly board: Board;
}
