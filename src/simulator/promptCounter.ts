import type { ChatRequest } from '../model/ChatRequest.ts';

/** Counts the tokens of a prompt: at once where it can. */
type CountPrompt = (request: ChatRequest) => number | Promise<number>;

/** Makes a counter that counts as clients do. It loads what it needs with the first prompt that it counts. */
export function promptCounter(): CountPrompt {
  let count: CountPrompt | undefined;

  async function countFirst(request: ChatRequest): Promise<number> {
    const { countByTables } = await import('./countByTables.ts');
    count = countByTables;
    return count(request);
  }
  return (request) => (count === undefined ? countFirst(request) : count(request));
}
