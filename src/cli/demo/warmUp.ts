import { lastValueFrom, mergeMap, range } from 'rxjs';
import type { Groq } from '../../index.ts';

/** A model of which nothing else is asked, so that its limits do not matter. */
const OTHER_MODEL = 'openai/gpt-oss-120b';

/** How many requests are under way at once in the beginning, about. */
const AT_ONCE = 16;

/**
 * Opens connections, and has all code run once. Where the clocks run fast, a program that is still being compiled looks
 * like a network on which requests take seconds.
 */
export async function warmUp(groq: Groq): Promise<void> {
  const request = {
    model: OTHER_MODEL,
    messages: [{ role: 'user', content: 'Ready?' } as const],
    max_completion_tokens: 1,
  };
  await lastValueFrom(range(0, AT_ONCE).pipe(mergeMap(() => groq.chat(request))), { defaultValue: undefined });
}
