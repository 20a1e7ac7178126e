import type { ChatRequest } from '../../model/ChatRequest.ts';
import { contentParts } from '../counting/contentText.ts';

/** What is shorter, in characters, may stand in any text by chance. */
const SHORTEST = 16;

/**
 * A text without what a request says, where somebody has repeated that: as it is or as a string of JSON, and also where
 * only its beginning is repeated.
 */
export function withoutPrompt(text: string, { messages }: Pick<ChatRequest, 'messages'>): string {
  const said = messages
    .flatMap(({ content }) => contentParts(content).texts)
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]);
  // Wholes first: of two that begin alike, the rest of one would stay.
  const whole = said.reduce((rest, one) => (one.length > rest.length ? rest : rest.replaceAll(one, '…')), text);
  return said.reduce(withoutBeginning, whole);
}

function withoutBeginning(text: string, said: string): string {
  const beginning = said.slice(0, SHORTEST);
  let rest = text;
  for (let start = rest.indexOf(beginning); start >= 0; start = rest.indexOf(beginning)) {
    let end = start + SHORTEST;
    while (end < rest.length && rest[end] === said[end - start]) end += 1;
    rest = `${rest.slice(0, start)}…${rest.slice(end)}`;
  }
  return rest;
}
