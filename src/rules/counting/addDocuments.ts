import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { CountText } from './CountText.ts';
import type { Tally } from './Tally.ts';

/** Tallies the documents of a request, if any. Their format in the prompt is not documented. */
export function addDocuments(tally: Tally, { documents }: ChatRequest, count: CountText): void {
  if (!documents) return;
  const tokens = count(JSON.stringify(documents));
  tally.guess(tokens, tokens / 4 + 64);
}
