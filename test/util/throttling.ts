import { map, type Observable, timer } from 'rxjs';
import type { Grant } from '../../src/model/Grant.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { jobMaker, type NamedJob } from './jobs.ts';
import type { RunHelpers } from './rx.ts';

export type Granted = Grant<NamedJob>;

/** Turns names into jobs that arrive when their marble does. */
export const arriving =
  ({ scheduler }: RunHelpers, rest: (name: string) => Partial<NamedJob> = () => ({})) =>
  (source: Observable<string>): Observable<NamedJob> => {
    const make = jobMaker();
    return source.pipe(map((name) => make(name, { arrival: scheduler.now(), ...rest(name) })));
  };

export const names = (source: Observable<Granted>): Observable<string> => source.pipe(map(({ job }) => job.name));

/** A store that answers after `ms` frames, with the level at the time of the question. */
export const slow = (store: LimitStore, ms: number, { scheduler }: RunHelpers): LimitStore => ({
  reserve: (r) => {
    const verdict = store.reserve(r);
    return timer(ms, scheduler).pipe(map(() => verdict as Verdict));
  },
  settle: (r, outcome) => store.settle(r, outcome),
  learn: (r, headers) => store.learn?.(r, headers),
  changes: (key) => store.changes(key),
  levels: (key) => store.levels(key),
});

export const bad = new Error('bad');
