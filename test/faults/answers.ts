import { chunk, DONE_EVENT, finishEvent, json, LAST_CHUNK, STREAM_HEAD, textEvent } from '../util/http.ts';
import type { RawRequest } from '../util/rawServer.ts';
import { ONE, TWO } from './harness.ts';

/** Several pieces as one. */
export const bytes = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

/** A stream whose body comes in chunks, as far as these events. */
export const events = (...events: readonly (string | Uint8Array)[]): Buffer => bytes(STREAM_HEAD, ...events.map(chunk));

/** An event with this data, or with this text as it stands. */
export const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** The pieces of the answer that every server gives that does no wrong. */
export const one = textEvent(ONE);
export const two = textEvent(TWO);
export const used = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
export const finish = finishEvent(used);

/** The body of the whole answer, in chunks. */
export const WHOLE_BODY = bytes(...[one, two, finish, DONE_EVENT].map(chunk), LAST_CHUNK);

export const WHOLE = bytes(STREAM_HEAD, WHOLE_BODY);

/** The beginning of an answer. */
export const BEGUN = events(one);

/** Gives the answer in full. */
export const well = ({ connection }: RawRequest): unknown => connection.socket.write(WHOLE);

/** Does something with the first request, and answers the others. */
export const first =
  (fault: (request: RawRequest) => unknown) =>
  (request: RawRequest, index: number): unknown =>
    index === 0 ? fault(request) : well(request);

/** An answer of these bytes, after which the connection stays open. */
export const writes =
  (bytes: string | Uint8Array) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.write(bytes);

/** An answer of these bytes, after which the server closes. */
export const ends =
  (bytes: string | Uint8Array) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.end(bytes);

/** An answer other than 200, as Groq words it. */
export const refusal = (status: number, headers: Record<string, string | number> = {}, message = 'What Groq says') =>
  json(status, { error: { message, type: 'invalid_request_error', code: 'some_code' } }, headers);
