import type { GroqError } from '../../errors/GroqError.ts';
import { HttpError } from '../../errors/HttpError.ts';
import { ProtocolError } from '../../errors/ProtocolError.ts';
import { RateLimitError } from '../../errors/RateLimitError.ts';
import { RequestTooLargeError } from '../../errors/RequestTooLargeError.ts';
import type { WireHeaders } from '../../model/WireHeaders.ts';
import { formatGoDuration } from '../goDuration.ts';
import { parseLimitMessage } from '../limits/limitMessage.ts';
import { terminalText } from '../terminal/terminalText.ts';
import { LONGEST_WAIT, parseRetryAfter } from './retryAfter.ts';

/** An answer with a status other than 200. */
export interface HttpErrorSource {
  readonly status: number;
  readonly headers: WireHeaders;
  /** The part of the body that was kept. */
  readonly body: string;
  readonly model?: string | undefined;
}

/** The maximum length of a message, in characters. */
const MESSAGE_LENGTH = 4_096;

/**
 * The maximum length of a word that is dropped if the limit cuts it, in characters: it may be a key, and a part of a
 * key is secret too.
 */
const LONGEST_WORD = 1_024;

/** The advice for a status, unless there is a more specific one. */
const ADVICE: Readonly<Record<number, string>> = {
  400: 'Correct the request as described in the message.',
  401: 'Set GROQ_API_KEY or `apiKey` to a key from https://console.groq.com/keys.',
  403: 'Ask the owner of the organization for access, or try another network: Groq blocks some.',
  404: 'Check the name of the model and the base URL; `groq.models()` lists the models.',
  408: 'Try again later.',
  409: 'Try again later.',
  413: 'Shorten the messages or lower max_completion_tokens.',
  422: 'Correct the request, or try again: the model may have produced invalid output.',
  424: 'Check the remote tools of the request: Groq could not use one of them.',
  429: 'Try again when the limit allows it. The client does so by itself for chat requests, until an answer has begun.',
  498: 'Try again later, or without the flex tier.',
  499: 'Try again: a proxy may have cancelled the request.',
};

/** The advice for Groq's error codes. */
const ADVICE_BY_CODE: ReadonlyMap<string | undefined, string> = new Map([
  ['model_decommissioned', 'Use the model that https://console.groq.com/docs/deprecations recommends.'],
  ['context_length_exceeded', 'Shorten the messages or lower max_completion_tokens.'],
  [
    'tool_use_failed',
    'Try again, or set `retry.sampling` to retry automatically until an answer has begun: the model made an invalid tool call.',
  ],
  [
    'json_validate_failed',
    'Try again, or set `retry.sampling` to retry automatically until an answer has begun; a higher max_completion_tokens may help.',
  ],
]);

const ADVICE_REDIRECT = 'Set `baseURL` to the new address of the API, if you trust that host with your key.';

/** Creates the error for a status other than 200. */
export function httpErrorOf({ status, headers, body, model }: HttpErrorSource): GroqError {
  const requestId = single(headers['x-request-id']);
  if (status < 400) {
    // 304 only follows a conditional request, and none is sent.
    const isRedirect = status >= 300 && status !== 304;
    const what = isRedirect ? `a redirect (${status}), which is not followed` : `${status}, which is not an answer`;
    return new ProtocolError(`The server answered with ${what}.`, {
      model,
      requestId,
      ...(isRedirect && { advice: ADVICE_REDIRECT }),
    });
  }
  const shouldRetry = single(headers['x-should-retry']);
  return errorFrom(status, errorFieldOf(body) ?? { message: excerpt(body) }, {
    model,
    requestId,
    retryAfter: parseRetryAfter(headers),
    shouldRetry: shouldRetry === 'true' ? true : shouldRetry === 'false' ? false : undefined,
  });
}

/** Creates the error for an `error` field in a body or in a stream. */
export function errorFrom(
  status: number,
  fields: object,
  about: {
    model?: string | undefined;
    requestId?: string | undefined;
    retryAfter?: number | undefined;
    shouldRetry?: boolean | undefined;
  } = {},
): GroqError {
  const message = scrubbed(text(fields, 'message'));
  const body = { message, type: scrubbed(text(fields, 'type')), code: scrubbed(text(fields, 'code')) };
  const limit = status === 413 || status === 429 ? parseLimitMessage(message ?? '') : undefined;
  if (limit?.tooLarge === true && limit.dimension !== undefined && limit.limit !== undefined) {
    const { dimension, requested = Infinity } = limit;
    return new RequestTooLargeError({ dimension, limit: limit.limit, cost: requested }, about);
  }
  const advice = saying(
    about.retryAfter,
    ADVICE_BY_CODE.get(body.code) ?? ADVICE[status] ?? (status >= 500 ? 'Try again later.' : 'See the message.'),
  );
  if (status === 429) {
    return new RateLimitError(body, {
      ...about,
      advice,
      dimension: limit?.dimension,
      limit: limit?.limit,
      used: limit?.used,
      requested: limit?.requested,
      retryAfter: upToADay(limit?.ms) ?? upToADay(about.retryAfter),
    });
  }
  return new HttpError(status, body, { ...about, advice });
}

/** An advice to try again later, with the time if the server has given one. */
const saying = (ms: number | undefined, advice: string): string =>
  ms === undefined ? advice : advice.replace('Try again later', `Try again in ${formatGoDuration(ms)}`);

/** No limit takes longer to refill, so a longer wait is a mistake. */
const upToADay = (ms: number | undefined): number | undefined => ((ms ?? 0) > LONGEST_WAIT ? undefined : ms);

/** The `error` object of a JSON body, if there is one. */
function errorFieldOf(body: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, 'error')) return undefined;
    const error: unknown = Reflect.get(parsed, 'error');
    return typeof error === 'object' && error !== null ? error : { message: error };
  } catch {
    return undefined;
  }
}

/** The beginning of a text, without keys that it may repeat and without control sequences for terminals. */
const scrubbed = (message: string | undefined): string | undefined =>
  message === undefined ? undefined : terminalText(beginning(message)).replace(/gsk_\w+/g, 'gsk_…');

const excerpt = (body: string): string | undefined => (body.trim() === '' ? undefined : beginning(body));

function beginning(text: string): string {
  if (text.length <= MESSAGE_LENGTH) return text;
  const kept = text.slice(0, MESSAGE_LENGTH);
  const end = kept.search(/\s\S*$/);
  return kept.slice(0, Math.max(end, MESSAGE_LENGTH - LONGEST_WORD));
}

const text = (fields: object, name: string): string | undefined => {
  const value: unknown = Object.hasOwn(fields, name) ? Reflect.get(fields, name) : undefined;
  return typeof value === 'string' ? value : undefined;
};

const single = (value: WireHeaders[string]): string | undefined => (typeof value === 'string' ? value : value?.[0]);
