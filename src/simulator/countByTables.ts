import type { ChatRequest } from '../model/ChatRequest.ts';
import { tiktokenCounter } from '../operators.ts';

/** Shared by all simulators of a process, since its tables take megabytes. It gets no reports, so it never changes. */
const counter = tiktokenCounter();

/** Counts the tokens of a prompt as clients do, by the same tables. */
export function countByTables(request: ChatRequest): number | Promise<number> {
  const count = counter.count(request);
  return count instanceof Promise ? count.then(({ tokens }) => tokens) : count.tokens;
}
