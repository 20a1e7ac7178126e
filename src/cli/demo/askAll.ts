import { catchError, concat, EMPTY, ignoreElements, merge, type Observable, of, tap } from 'rxjs';
import { isGroqError } from '../../index.ts';
import type { Board } from './Board.ts';
import type { Row } from './Row.ts';
import { requestFor } from './requestFor.ts';
import type { Stage } from './Stage.ts';

/** Asks every question of a board at once, keeps its rows up to date, and emits each row when it has ended. */
export function askAll(stage: Stage, board: Board): Observable<Row> {
  return merge(...board.rows.map((row) => concat(ask(row), of(row))));

  function ask(row: Row): Observable<never> {
    const { priority } = row.task;
    return stage.groq.chat(requestFor(row.task), { priority, lifecycle: true }).pipe(
      tap({
        next: (token) => {
          row.hear(token, stage.now());
        },
        complete: () => {
          row.end(stage.now());
        },
      }),
      // One that fails is shown; the others go on.
      catchError((error: unknown) => {
        if (!isGroqError(error)) throw error;
        row.end(stage.now(), error);
        return EMPTY;
      }),
      ignoreElements(),
    );
  }
}
