import { ProtocolError } from '../../errors/ProtocolError.ts';

/** The maximum number of choices: OpenAI's limit on `n`. Groq returns one. */
export const MAX_CHOICES = 128;

/** The maximum number of tool calls in an answer: Groq's limit on `tools`. */
export const MAX_TOOL_CALLS = 128;

/** The maximum length of all arguments of an answer that are parsed, in characters: more than a model writes. */
export const MAX_ARGUMENTS = 1_000_000;

/** @throws {ProtocolError} when the count exceeds the limit. */
export function failIfMore(count: number, limit: number, subject: string, what: string): void {
  if (count > limit) throw new ProtocolError(`${subject} ${count} ${what}, which is more than ${limit}.`);
}
