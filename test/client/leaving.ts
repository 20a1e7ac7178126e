import { filter, firstValueFrom } from 'rxjs';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';

/**
 * A program that brings a request to each stage, cancels it there and closes nothing: it exits by itself only when
 * nothing keeps it alive. Its argument is the URL of a server.
 */
const [url = ''] = process.argv.slice(2);
const HOUR = 3_600_000;

process.on('warning', ({ name, message }) => {
  if (name !== 'ExperimentalWarning') console.log('warning', message);
});

const leaveAt = async (path: string, stage: (token: Token | StateToken) => boolean, options: GroqOptions = {}) => {
  const groq = createGroq({
    apiKey: 'gsk_x',
    baseURL: `${url}/${path}`,
    counter: constantCounter(1),
    retry: { initialDelay: HOUR, maxDelay: HOUR },
    random: () => 0.5,
    timeouts: { queue: HOUR, connect: HOUR, firstToken: HOUR, betweenTokens: HOUR, total: HOUR },
    ...options,
  });
  const asked = groq.chat({ messages: [{ role: 'user', content: 'Hi' }] }, { lifecycle: true });
  await firstValueFrom(asked.pipe(filter(stage)));
  console.log('left', path);
};

const at =
  (state: StateToken['state']) =>
  (token: Token | StateToken): boolean =>
    token.type === 'state' && token.state === state;

await leaveAt('queued', at('queued'));
await leaveAt('connecting', at('admitted'), { baseURL: url.replace('http:', 'https:') });
await leaveAt('awaiting', at('connected'));
await leaveAt('streaming', ({ type }) => type === 'text');
await leaveAt('retrying', at('retrying'));
await leaveAt('limited', at('retrying'));
