import type { ChatInput } from '../../model/ChatRequest.ts';
import { textsIn } from './textsIn.ts';

/** A shorter text, in characters, may occur in any text by chance. */
const SHORTEST = 16;

/** How much of a text can be repeated in an error, in characters: more than is kept of any. */
const LONGEST = 16_384;

/**
 * Takes out of texts what a request says, where somebody has repeated that: as it is or as a string of JSON, and also
 * where only its beginning is repeated. What is said is looked through once, at the first text.
 */
export function withoutPrompt(request: Partial<ChatInput>): (text: string) => string {
  let said: SaidTexts | undefined;
  return (text) => {
    said ??= new SaidTexts(request);
    return said.takenOutOf(text);
  };
}

/**
 * The texts of a request, by how they begin. A request may be a thousand times as long as an error, so it is the error
 * that is searched, for beginnings.
 */
class SaidTexts {
  /** By their beginnings, as they are and as strings of JSON. */
  readonly #byBeginning = new Map<string, Set<string>>();
  /** Those that begin alike, in both forms and in order, for beginnings that were found. */
  readonly #sorted = new Map<string, readonly string[]>();

  constructor(request: Partial<ChatInput>) {
    for (const text of textsIn(request)) {
      if (text.length < SHORTEST) continue;
      const beginning = text.slice(0, SHORTEST);
      this.#add(beginning, text);
      this.#add(inJson(beginning).slice(0, SHORTEST), text);
    }
  }

  takenOutOf(text: string): string {
    let kept = '';
    // Up to where the text is kept or taken out. What is said may begin within something else that is said.
    let done = 0;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      const end = at + this.#lengthAt(text, at);
      if (end <= Math.max(at, done)) continue;
      if (at >= done) kept += `${text.slice(done, at)}…`;
      done = end;
    }
    return kept + text.slice(done);
  }

  #add(beginning: string, text: string): void {
    const texts = this.#byBeginning.get(beginning);
    if (texts === undefined) this.#byBeginning.set(beginning, new Set([text]));
    else texts.add(text);
  }

  /** How much of what is said stands at a place, of the text of which most does. */
  #lengthAt(text: string, at: number): number {
    const beginning = text.slice(at, at + SHORTEST);
    const texts = this.#byBeginning.get(beginning);
    if (texts === undefined) return 0;
    let sorted = this.#sorted.get(beginning);
    if (sorted === undefined) {
      const forms = [...texts].map((each) => each.slice(0, LONGEST)).flatMap((each) => [each, inJson(each)]);
      sorted = forms.sort();
      this.#sorted.set(beginning, sorted);
    }
    // The one that agrees with it the furthest is a neighbour of where it would stand among them.
    const rest = text.slice(at, at + LONGEST);
    const place = placeOf(rest, sorted);
    return Math.max(sharedLength(rest, sorted[place - 1]), sharedLength(rest, sorted[place]));
  }
}

/** A text as it stands between the quotes in JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** How many of the sorted texts come before one. */
function placeOf(text: string, sorted: readonly string[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How far two texts begin alike. */
function sharedLength(text: string, other = ''): number {
  const most = Math.min(text.length, other.length);
  let length = 0;
  while (length < most && text[length] === other[length]) length += 1;
  return length;
}
