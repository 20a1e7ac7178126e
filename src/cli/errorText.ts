import type { GroqError } from '../index.ts';

/** Rewrites advice for programmers for the command line, which has other names for some options and lacks others. */
const WORDS: readonly (readonly [advice: RegExp, words: string])[] = [
  [/, or set `allowRetired` to send the request anyway/, ''],
  [/, or continue with `continueFrom\(.*?\)`/, ''],
  [/, or set `retry\.sampling` to retry automatically until an answer has begun/, ''],
  [/, for example with `trimTo`,/, ''],
  [/^Raise `timeouts\.\w+`( or the priority)?, or try/, 'Try'],
  [/^Raise `max\w+Bytes` if that is not a fault of the server/, 'Try again later'],
  [/`groq\.models\(\)`/, '`rxgroq models`'],
  [/ or `apiKey`/, ''],
  [/`baseURL`/, '--base-url'],
  [/max_completion_tokens/, '--max-tokens'],
];

/** The message of an error, with advice that can be followed on a command line. */
export function errorText({ message, advice }: GroqError): string {
  const words = WORDS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), advice);
  return message.slice(0, message.length - advice.length) + words;
}
