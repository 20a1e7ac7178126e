import { take } from 'rxjs';
import type { BucketLevel, Groq } from '../../index.ts';

/** How full the buckets of the one model are that is asked. Nothing while nothing is under way. */
export function levelsOf({ status$ }: Groq): readonly BucketLevel[] {
  let levels: readonly BucketLevel[] = [];
  // The status is there at once, on subscription.
  status$.pipe(take(1)).subscribe({
    next: ({ models: [model] }) => {
      levels = model?.buckets ?? [];
    },
    error: () => {
      levels = [];
    },
  });
  return levels;
}
