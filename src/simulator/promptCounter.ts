import type { ChatRequest } from '../model/ChatRequest.ts';

/** Counts the tokens of a prompt, synchronously if possible. */
type CountPrompt = (request: ChatRequest) => number | Promise<number>;

/** Creates a counter that counts as clients do. It loads its tables for the first prompt. */
export function promptCounter(): CountPrompt {
  let count: CountPrompt | undefined;

  async function countFirst(request: ChatRequest): Promise<number> {
    const { countByTables } = await import('./countByTables.ts');
    count = countByTables;
    return count(request);
  }
  return (request) => (count === undefined ? countFirst(request) : count(request));
}
