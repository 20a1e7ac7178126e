import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import { isGroqError } from '../../src/errors/GroqError.ts';

/**
 * A program with an answer in progress and a waiting request. SIGINT makes it finish them, SIGTERM makes it cancel
 * them; either way it exits by itself. Its argument is the URL of a server.
 */
const [url = ''] = process.argv.slice(2);
const groq = createGroq({
  apiKey: 'gsk_x',
  baseURL: url,
  counter: constantCounter(1),
  maxInFlight: 1,
  limits: { m: { rpm: 1_000 } },
});

for (const name of ['first', 'second']) {
  groq.chat({ model: 'm', messages: [{ role: 'user', content: name }] }).subscribe({
    next: ({ type }) => {
      console.log(name, type);
    },
    error: (error: unknown) => {
      console.log(name, isGroqError(error) ? error.code : 'failed');
    },
    complete: () => {
      console.log(name, 'complete');
    },
  });
}

const stop = (drain: boolean): void => {
  console.log('stopping');
  void groq.close({ drain }).then(() => {
    console.log('closed');
  });
};
process.once('SIGINT', () => {
  stop(true);
});
process.once('SIGTERM', () => {
  stop(false);
});
