import type { ChatRequest } from '../model/ChatRequest.ts';
import { DEFAULT_MODEL } from '../model/Models.ts';
import { checkRequest } from '../rules/request/checkRequest.ts';

/** What stands in a text: a request as JSON, or else what a user says. */
export interface ReadRequest {
  readonly request: ChatRequest;
  /** What the user says. Absent when it is a request. */
  readonly text?: string;
}

/**
 * Reads a request as JSON, and takes any other text for the one message of a request.
 *
 * @param model Which model is asked, whatever the request says. By default the one that it says.
 * @throws {ValidationError} when it is a request, but an invalid one.
 */
export function readRequest(text: string, model?: string): ReadRequest {
  const body = objectOf(text);
  if (body === undefined || !('messages' in body)) {
    return { request: { model: model ?? DEFAULT_MODEL, messages: [{ role: 'user', content: text }] }, text };
  }
  const own = 'model' in body ? body.model : DEFAULT_MODEL;
  return { request: checkRequest({ ...body, model: model ?? own }) };
}

function objectOf(text: string): object | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Many texts begin like JSON and are none.
    return undefined;
  }
}
