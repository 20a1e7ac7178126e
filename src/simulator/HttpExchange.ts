import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../ports/clock.ts';
import { seeded } from '../rules/seeded.ts';
import type { ApiError } from './apiErrors.ts';
import { seedOf } from './chance.ts';
import { requestId } from './ids.ts';
import type { Simulation } from './Simulation.ts';

/** The headers of an answer. */
export type Headers = Readonly<Record<string, string>>;

/** One request and its answer. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Such as `req_01k…`. */
  readonly requestId: string;
  readonly random: Random;
  /** Writes the status, the headers of every answer, and the given ones. */
  head(status: number, headers: Headers): void;
  /** Answers in one piece. */
  json(status: number, body: unknown, headers?: Headers): void;
  /** Answers with an error. */
  error(answer: ApiError, headers?: Headers): void;
}

/** Groq's headers for answers that are not streamed. */
const JSON_HEADERS: Headers = {
  'content-type': 'application/json',
  'cache-control': 'private, max-age=0, no-store, no-cache, must-revalidate',
};

/** Opens an exchange. */
export function openExchange(
  { options, recorder, nextRequest }: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): HttpExchange {
  const random = seeded(seedOf(`${options.seed}:${nextRequest()}`));
  const id = requestId(random);

  const head = (status: number, headers: Headers): void => {
    // Not counted when it throws, since then another answer follows.
    response.writeHead(status, { vary: 'Origin', 'x-groq-region': 'loopback', 'x-request-id': id, ...headers });
    recorder.answered(status);
  };
  const json = (status: number, body: unknown, headers: Headers = {}): void => {
    const text = `${JSON.stringify(body)}\n`;
    head(status, { ...JSON_HEADERS, 'content-length': String(Buffer.byteLength(text)), ...headers });
    response.end(text);
  };
  return {
    request,
    response,
    requestId: id,
    random,
    head,
    json,
    error: ({ status, error }, headers) => {
      json(status, { error }, headers);
    },
  };
}
