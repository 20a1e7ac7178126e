import type { GroqError } from '../index.ts';

/** What advice to programmers is on a command line, which has other names for some of it and none for the rest. */
const WORDS: readonly (readonly [advice: RegExp, words: string])[] = [
  [/, or set `allowRetired` to send it all the same/, ''],
  [/, or go on from what had come: `continueFrom\(.*?\)` makes the request for that/, ''],
  [/, or set `retry\.sampling` to have that done/, ''],
  [/, as `trimTo` does,/, ''],
  [/^Raise `timeouts\.\w+`( or the priority)?, or try/, 'Try'],
  [/^Raise `maxLineBytes` if that is no mistake of the server/, 'Ask again later'],
  [/`groq\.models\(\)`/, '`rxgroq models`'],
  [/`baseURL`/, '--base-url'],
  [/max_completion_tokens/, '--max-tokens'],
];

/** The message of an error, with advice that can be followed on a command line. */
export function errorText({ message, advice }: GroqError): string {
  const words = WORDS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), advice);
  return message.slice(0, message.length - advice.length) + words;
}
