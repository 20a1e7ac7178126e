import { chunk, DONE_EVENT, finishEvent, json, LAST_CHUNK, STREAM_HEAD, textEvent } from '../util/http.ts';
import type { RawRequest } from '../util/rawServer.ts';
import { ONE, TWO } from './harness.ts';

/** Concatenates several pieces. */
export const bytes = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

/** The beginning of a chunked stream, up to these events. */
export const events = (...events: readonly (string | Uint8Array)[]): Buffer => bytes(STREAM_HEAD, ...events.map(chunk));

/** An event with this data as JSON, or with this text unchanged. */
export const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** The pieces of a correct answer. */
export const one = textEvent(ONE);
export const two = textEvent(TWO);
export const used = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
export const finish = finishEvent(used);

/** The chunked body of the whole answer. */
export const WHOLE_BODY = bytes(...[one, two, finish, DONE_EVENT].map(chunk), LAST_CHUNK);

export const WHOLE = bytes(STREAM_HEAD, WHOLE_BODY);

/** The beginning of an answer. */
export const BEGUN = events(one);

/** Writes the whole answer. */
export const well = ({ connection }: RawRequest): unknown => connection.socket.write(WHOLE);

/** Handles the first request specially, and answers the others. */
export const first =
  (fault: (request: RawRequest) => unknown) =>
  (request: RawRequest, index: number): unknown =>
    index === 0 ? fault(request) : well(request);

/** Writes these bytes and keeps the connection open. */
export const writes =
  (bytes: string | Uint8Array) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.write(bytes);

/** Writes these bytes and closes the connection. */
export const ends =
  (bytes: string | Uint8Array) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.end(bytes);

/** An error answer in the form of Groq. */
export const refusal = (status: number, headers: Record<string, string | number> = {}, message = 'What Groq says') =>
  json(status, { error: { message, type: 'invalid_request_error', code: 'some_code' } }, headers);
