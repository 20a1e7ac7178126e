import { NEVER, of } from 'rxjs';
import type { LimitStore } from '../ports/LimitStore.ts';

/** A store that grants everything at once, for those who want no limits kept. */
export const unlimitedStore = (): LimitStore => ({
  reserve: () => ({ type: 'granted' }),
  settle: () => undefined,
  learn: () => undefined,
  changes: () => NEVER,
  levels: () => of([]),
});
