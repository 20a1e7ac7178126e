import { PRIORITIES } from '../../model/Priority.ts';
import type { Row, Stand } from './Row.ts';

/** The questions that were asked, in the order in which they were. */
export class Board {
  readonly rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.rows = rows;
  }

  count(stand: Stand): number {
    return this.rows.reduce((sum, row) => sum + (row.stand === stand ? 1 : 0), 0);
  }

  /** Those that wait, in the order in which they start: all came at once, so the most urgent goes first. */
  get waiting(): readonly Row[] {
    const urgency = ({ task }: Row): number => PRIORITIES.indexOf(task.priority);
    return this.#with('waiting').sort((a, b) => urgency(a) - urgency(b));
  }

  /** Those whose answers are coming, the oldest first. */
  get answering(): readonly Row[] {
    const start = ({ milestones }: Row): number => milestones.admitted ?? Infinity;
    return this.#with('answering').sort((a, b) => start(a) - start(b));
  }

  /** Those that have ended, the latest first. */
  get ended(): readonly Row[] {
    const end = ({ milestones }: Row): number => milestones.ended ?? 0;
    return this.rows.filter(({ stand }) => stand === 'answered' || stand === 'failed').sort((a, b) => end(b) - end(a));
  }

  #with(stand: Stand): Row[] {
    return this.rows.filter((row) => row.stand === stand);
  }
}
