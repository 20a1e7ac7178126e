// An urgent question that arrives late starts before all waiting ones.
import { createGroq, type Priority, type StateToken, type Token } from 'rxgroq';
import { fasterClock, startSimulator } from 'rxgroq/simulator';
import { filter, lastValueFrom, merge, mergeMap, type Observable, range, take, tap } from 'rxjs';

// The free plan allows 30 requests at once and then one every two seconds, which here are a fifth of one.
const simulator = await startSimulator({ speed: 10 });
const groq = createGroq({ baseURL: simulator.url, apiKey: 'any', scheduler: fasterClock(10) });

const started: string[] = [];

function ask(name: string, priority: Priority): Observable<Token | StateToken> {
  const request = { messages: [{ role: 'user', content: 'Tell me more.' } as const], max_completion_tokens: 100 };
  return groq.chat(request, { priority, lifecycle: true }).pipe(
    tap((token) => {
      if (token.type === 'state' && token.state === 'admitted') started.push(name);
    }),
  );
}

const patient$ = range(1, 40).pipe(mergeMap((n) => ask(`low ${n}`, 'low')));

// As soon as there is an answer, while the last ten wait.
const urgent$ = groq.events$.pipe(
  filter(({ type }) => type === 'finished' && started.length >= 30),
  take(1),
  mergeMap(() => ask('HIGH', 'high')),
);
await lastValueFrom(merge(urgent$, patient$));

console.log(`the first to start: ${started.slice(0, 3).join(', ')} …`);
console.log(`when the limit was reached: ${started.slice(28).join(', ')}`);
console.log(`429s: ${simulator.stats().byStatus['429'] ?? 0}`);

await groq.close();
await simulator.close();
