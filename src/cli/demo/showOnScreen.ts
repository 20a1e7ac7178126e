import { endWith, ignoreElements, interval, lastValueFrom, type Observable, startWith, takeUntil, tap } from 'rxjs';
import type { BucketLevel } from '../../index.ts';
import { paletteFor } from '../terminal/palette.ts';
import { Screen } from '../terminal/Screen.ts';
import { sizeOf } from '../terminal/sizeOf.ts';
import type { Board } from './Board.ts';
import { frame } from './frame.ts';
import { levelsOf } from './levelsOf.ts';
import type { Row } from './Row.ts';
import type { Stage } from './Stage.ts';
import type { View } from './View.ts';

/** The time between two frames, in milliseconds: fifteen in a second at the most. */
const FRAME = 67;

/** Shows the demonstration on the whole of a terminal, until all has ended. */
export async function showOnScreen(
  ended$: Observable<Row>,
  board: Board,
  stage: Stage,
  stdout: NodeJS.WriteStream,
): Promise<void> {
  const palette = paletteFor(stdout);
  let levels: readonly BucketLevel[] = [];

  const look = (): View => {
    const current = levelsOf(stage.groq);
    if (current.length > 0) levels = current;
    return { title: stage.title, now: stage.now(), rateLimited: stage.rateLimited(), levels, board };
  };

  const screen = new Screen(stdout);
  screen.open();
  try {
    const frames$ = interval(FRAME).pipe(
      startWith(0),
      tap(() => {
        screen.draw(frame(look(), sizeOf(stdout), palette));
      }),
    );
    await lastValueFrom(frames$.pipe(takeUntil(ended$.pipe(ignoreElements(), endWith(true)))), {
      defaultValue: undefined,
    });
  } finally {
    screen.close();
  }
}
