// Unsubscribing cancels a request, whatever its state: in the queue, in flight, or pausing before a retry.
import { createGroq, type StateToken, type Token } from 'rxgroq';
import { startSimulator } from 'rxgroq/simulator';
import {
  filter,
  firstValueFrom,
  interval,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  takeUntil,
  takeWhile,
} from 'rxjs';

// The third request that arrives is answered with 503, and asked to wait for a minute.
const simulator = await startSimulator({
  tokensPerSecond: 50,
  faults: [undefined, undefined, { kind: 'status', status: 503, retryAfter: 60 }],
});
const groq = createGroq({ baseURL: simulator.url, apiKey: 'any' });

/** Emits as soon as the server is answering this many requests. */
const busyWith = (count: number) =>
  interval(1).pipe(filter(() => simulator.stats().models['openai/gpt-oss-20b']?.inFlight === count));

/** Asks a question, and unsubscribes when `until` emits. */
async function cancel(stage: string, until: MonoTypeOperatorFunction<Token | StateToken>): Promise<void> {
  const request = { messages: [{ role: 'user', content: 'Tell me a long story.' } as const] };
  await lastValueFrom(groq.chat(request, { lifecycle: true }).pipe(until), { defaultValue: undefined });
  await firstValueFrom(busyWith(0));
  const { requests, aborted } = simulator.stats();
  console.log(`${stage.padEnd(26)} the server got ${requests} requests, of which ${aborted} were closed`);
}

const stateIs = (state: StateToken['state']) =>
  takeWhile((token: Token | StateToken) => !(token.type === 'state' && token.state === state));

await cancel('while it waits:', stateIs('queued'));
await cancel('before the first token:', takeUntil(busyWith(1)));
await cancel(
  'in the middle of a stream:',
  takeWhile(({ type }) => type === 'state'),
);
await cancel('in the pause for a retry:', stateIs('retrying'));

await groq.close();
await simulator.close();
console.log('and nothing is left that would keep this program alive');
