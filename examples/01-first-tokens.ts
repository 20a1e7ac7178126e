// One question, and its answer word by word.
import { createGroq, text } from 'rxgroq';
import { startSimulator } from 'rxgroq/simulator';
import { lastValueFrom, tap } from 'rxjs';

// A simulated Groq, which needs no key. For the real one: createGroq(), with GROQ_API_KEY in the environment.
const simulator = await startSimulator({ tokensPerSecond: 150 });
const groq = createGroq({ baseURL: simulator.url, apiKey: 'any' });

const asked = performance.now();
let pieces = 0;

// Nothing is sent until something subscribes, as lastValueFrom does.
const answer$ = groq.ask('Why is the sky blue?').pipe(
  text(),
  tap((piece) => {
    if (pieces === 0) console.log(`(the first word came after ${Math.round(performance.now() - asked)} ms)`);
    pieces += 1;
    process.stdout.write(piece);
  }),
);
await lastValueFrom(answer$);
console.log(`\n(${pieces} pieces in ${Math.round(performance.now() - asked)} ms)`);

await groq.close();
await simulator.close();
