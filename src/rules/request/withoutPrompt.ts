import type { ChatInput } from '../../model/ChatRequest.ts';
import { textsIn } from './textsIn.ts';

/** The minimum length of a removed text, in characters: shorter ones may occur by chance. */
const SHORTEST = 16;

/** The maximum length of a repeated text, in characters: more than errors keep of any text. */
const LONGEST = 16_384;

/**
 * Removes the texts of a request from other texts that repeat them: literally or as JSON strings, completely or only
 * their beginning. The request is searched once, when the first text is given.
 */
export function withoutPrompt(request: Partial<ChatInput>): (text: string) => string {
  let said: SaidTexts | undefined;
  return (text) => {
    said ??= new SaidTexts(request);
    return said.takenOutOf(text);
  };
}

/**
 * The texts of a request, by their beginnings. A request may be a thousand times as long as an error, so the error is
 * searched for beginnings.
 */
class SaidTexts {
  /** By their beginnings, literally and as JSON strings. */
  readonly #byBeginning = new Map<string, Set<string>>();
  /** The texts with a beginning that was found, in both forms, sorted. */
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
    // Up to here the text was kept or removed. A text of the request may begin within another one.
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

  /** The length of the longest match at a position, or 0. */
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
    // The text with the longest match is next to the place where `rest` would be sorted in.
    const rest = text.slice(at, at + LONGEST);
    const place = placeOf(rest, sorted);
    return Math.max(sharedLength(rest, sorted[place - 1]), sharedLength(rest, sorted[place]));
  }
}

/** The content of a text as a JSON string, without its quotes. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The number of sorted texts that come before a text. */
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

/**
 * The length of the common beginning of two texts. Engines compare parts of texts many times faster than single
 * characters.
 */
function sharedLength(text: string, other = ''): number {
  let length = 0;
  let high = Math.min(text.length, other.length);
  while (length < high) {
    const middle = (length + high + 1) >> 1;
    if (text.slice(length, middle) === other.slice(length, middle)) length = middle;
    else high = middle - 1;
  }
  return length;
}
