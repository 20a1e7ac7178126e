import { BehaviorSubject, filter, scan } from 'rxjs';
import { createGroq } from '../../index.ts';
import { tiktokenCounter } from '../../operators.ts';
import { DEMO_MODEL } from './requestFor.ts';
import type { Stage } from './Stage.ts';
import { timingTable } from './timingTable.ts';

/** Makes a client of Groq itself, or of wherever `GROQ_BASE_URL` says. */
export async function liveStage(apiKey: string): Promise<Stage> {
  const counter = tiktokenCounter();
  // With it all prompts are counted at once, and so the most urgent is sent first.
  await counter.load();
  const groq = createGroq({ apiKey, counter });
  const rateLimited$ = new BehaviorSubject(0);
  const listening = groq.events$
    .pipe(
      filter(({ type }) => type === 'rate-limited'),
      scan((sum) => sum + 1, 0),
    )
    .subscribe(rateLimited$);
  const started = performance.now();

  return {
    groq,
    title: `${DEMO_MODEL} · live`,
    speed: 1,
    now: () => performance.now() - started,
    rateLimited: () => rateLimited$.value,
    sum: ({ rows }) => ['', ...timingTable(rows)],
    close: async () => {
      listening.unsubscribe();
      await groq.close();
    },
  };
}
