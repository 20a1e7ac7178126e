// A stream of questions becomes a stream of answers, and the limits set the pace.
import { createGroq } from 'rxgroq';
import { fasterClock, startSimulator } from 'rxgroq/simulator';
import { lastValueFrom, range, tap, toArray } from 'rxjs';

// The free plan allows 8,000 tokens at once and then 133 a second. Forty answers take half a minute, so both clocks run
// ten times as fast.
const simulator = await startSimulator({ speed: 10 });
const groq = createGroq({ baseURL: simulator.url, apiKey: 'any', scheduler: fasterClock(10) });

const results$ = range(1, 40).pipe(
  groq.answers((n) => ({
    messages: [{ role: 'user', content: `What is special about the number ${n}?` }],
    max_completion_tokens: 300,
  })),
  tap((result) => {
    if ('error' in result) console.log(`${result.input}: ${result.error.message}`);
    else if (result.index % 10 === 0) console.log(`${result.input}: ${result.answer.usage?.total_tokens ?? 0} tokens`);
  }),
  toArray(),
);
const results = await lastValueFrom(results$);

const { byStatus, now } = simulator.stats();
console.log(
  `${results.length} questions, ${byStatus['200'] ?? 0} answers in ${Math.round(now / 1_000)} simulated seconds`,
);
console.log(`429s: ${byStatus['429'] ?? 0}`);

await groq.close();
await simulator.close();
