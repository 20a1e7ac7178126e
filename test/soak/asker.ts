import { Observable, type Subscriber } from 'rxjs';
import type { Groq } from '../../src/client/Groq.ts';
import { isGroqError } from '../../src/errors/GroqError.ts';
import type { Random } from '../../src/ports/clock.ts';

/** When a request is cancelled: at a stage, or never. */
const STAGES = ['at once', 'soon', 'admitted', 'connected', 'retrying', 'text', 'later', 'signal', 'finish'] as const;

/** The errors expected from this server. */
const EXPECTED = new Set([
  'GROQ_ERR_HTTP',
  'GROQ_ERR_CONNECTION',
  'GROQ_ERR_TRUNCATED_STREAM',
  'GROQ_ERR_TIMEOUT',
  'GROQ_ERR_CANCELLED',
]);

/** The number of requests by how they ended. */
export type Ends = Map<string, number>;

/**
 * Makes a request, and cancels it at a random stage or not at all.
 *
 * @returns Settles when it has ended, in any way.
 * @throws {Error} (rejects) at an unexpected error, or when it ends twice.
 */
export function askOnce(groq: Groq, random: Random, shared: AbortSignal, ends: Ends): Promise<void> {
  const stage = random() < 0.5 ? STAGES[Math.floor(random() * STAGES.length)] : undefined;
  const controller = new AbortController();
  const messages = [{ role: 'user' as const, content: 'Hello?' }];
  // Either a signal shared by all requests, or a separate one.
  const options = {
    signal: stage === 'signal' ? controller.signal : shared,
    timeouts: { betweenTokens: 100 },
  };
  const answer: Observable<object> =
    random() < 0.2
      ? groq.complete({ messages }, options)
      : groq.chat({ messages, max_completion_tokens: 20 }, { ...options, lifecycle: true });

  return new Promise((resolve, reject) => {
    let ended = false;
    let destination: Subscriber<object> | undefined;
    const end = (how: string): void => {
      if (ended) reject(new Error(`A request ended twice, the second time as ${how}.`));
      ended = true;
      ends.set(how, (ends.get(how) ?? 0) + 1);
      resolve();
    };
    const leave = (): void => {
      if (ended) return;
      if (stage === 'signal') {
        controller.abort();
        return;
      }
      end('left');
      destination?.unsubscribe();
    };
    new Observable<object>((inner) => {
      destination = inner;
      answer.subscribe(inner);
    }).subscribe({
      next: (value) => {
        if (('state' in value ? value.state : 'type' in value ? value.type : '') === stage) leave();
      },
      error: (error: unknown) => {
        if (!isGroqError(error) || !EXPECTED.has(error.code)) reject(new Error('Unexpected.', { cause: error }));
        else end(error.code);
      },
      complete: () => {
        end('complete');
      },
    });
    if (stage === 'at once') leave();
    else if (stage === 'soon') queueMicrotask(leave);
    else if (stage === 'later' || stage === 'signal') setTimeout(leave, random() * 25);
  });
}
