import { ProtocolError } from '../../errors/ProtocolError.ts';

/** How many choices there may be, the limit of OpenAI's `n`. Groq gives one. */
export const MAX_CHOICES = 128;

/** How many tool calls a request may have, and so an answer. Groq's limit on `tools`. */
export const MAX_TOOL_CALLS = 128;

/** @throws {ProtocolError} when there are more than the limit. */
export function failIfMore(count: number, limit: number, subject: string, what: string): void {
  if (count > limit) throw new ProtocolError(`${subject} ${count} ${what}, which is more than ${limit}.`);
}
