import type { ChatRequest, TextToken } from '../../index.ts';

const OPENING = 'There is no model here: this is the simulator, and it writes about what you are watching.';

const SENTENCES: readonly [string, ...string[]] = [
  'Every question went into one queue when the program started, and none of them was sent before the limits allowed it.',
  'A bucket of tokens refills all the time, drop by drop, and not once a minute.',
  'When a request is sent, its prompt and the longest answer that it allows are taken from the bucket.',
  'When the answer turns out shorter, the rest is poured back, and the next request starts a little sooner.',
  "The client keeps a mirror of the server's buckets, so it knows that a request fits before sending it.",
  'That is why the number of refusals stays at zero: no request runs into a limit to find out where it is.',
  'Which request goes next is decided when there is room for one, and not when it arrives.',
  'So an urgent question overtakes all that still wait, and those in flight are not disturbed.',
  'A waiting request only costs a place in a list: no socket, no timer and no thread.',
  'Press Ctrl-C and watch: the waiting requests leave the queue, and the streams close their connections.',
  'The server and the client share a clock, which can run faster than yours: at twenty times, a minute takes three seconds.',
  'Each token that you see has arrived over a real connection, as an event of a real stream, on this machine.',
  'If the connection broke before the first token, the request would go back to its old place and try again.',
  'After the first token it would not: half an answer twice is worse than an error.',
  'A stream of questions becomes a stream of answers, and the quota sets the pace.',
  'Patience is cheap when it is only a number in a heap.',
];

/** Of the tokens that an answer may have, which part is written at least and at most. */
const LEAST = 0.84;
const MOST = 0.98;

/**
 * Makes up an answer for the demonstration, word by word and the same each time: long enough to be watched, and a little
 * shorter than the question allows, as answers are.
 */
export function simulatedReply({ messages, max_completion_tokens }: ChatRequest): TextToken[] {
  const hash = hashOf(JSON.stringify(messages));
  const part = LEAST + ((hash % 1_000) / 1_000) * (MOST - LEAST);
  const length = Math.floor((max_completion_tokens ?? 500) * part);
  const words: string[] = OPENING.split(/(?= )/);
  // Seven is prime to their number, so that all come before one comes again.
  for (let i = hash; words.length < length; i += 7) {
    words.push(...` ${SENTENCES[i % SENTENCES.length] ?? SENTENCES[0]}`.split(/(?= )/));
  }
  return words.slice(0, length).map((text) => ({ type: 'text', text }));
}

/** A number from 0 up that depends on a text, by the recurrence of Java's `String.hashCode`. */
function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) >>> 0;
  return hash;
}
