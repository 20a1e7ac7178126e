import { existsSync, readFileSync } from 'node:fs';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';

/** A request that was sent to Groq, with the reported prompt tokens. */
export type TokenCase = ChatRequest & {
  readonly id: string;
  readonly kind: readonly string[];
  readonly prompt_tokens: number;
};

const file = new URL('../../../../shared/token-cases.json', import.meta.url);

function readTokenCases(): readonly TokenCase[] {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as TokenCase[];
  console.warn(
    'The recorded requests, token-cases.json, do not lie beside the repository: what needs them is skipped.',
  );
  return [];
}

/** The recorded requests. Empty with a warning when they are missing. */
export const tokenCases: readonly TokenCase[] = readTokenCases();

/** Whether a request has tools, calls or a format. */
export function isPlain({ tools, messages, response_format }: ChatRequest): boolean {
  return !tools?.length && !response_format && !messages.some((message) => 'tool_calls' in message);
}
