import type { ModelId } from '../model/Models.ts';
import type { StatusFault } from './Fault.ts';

/** An answer that is an error. */
export interface ApiError {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code?: string;
    readonly param?: string;
  };
}

const INVALID = 'invalid_request_error';

/** The request is invalid. */
export function invalidRequest(message: string, more: { code?: string; param?: string } = {}): ApiError {
  return { status: 400, error: { message, type: INVALID, ...more } };
}

export const INVALID_KEY: ApiError = {
  status: 401,
  error: { message: 'Invalid API Key', type: INVALID, code: 'invalid_api_key' },
};

/** Groq's own message is not known. */
export const INVALID_JSON: ApiError = invalidRequest('The body of the request is not valid JSON.');

/** Groq's own message is not known. */
export const RAW_REASONING: ApiError = invalidRequest(
  '`reasoning_format` cannot be `raw` with json mode or tool/function calling',
  { param: 'reasoning_format' },
);

export const BODY_TOO_LARGE: ApiError = {
  status: 413,
  error: { message: 'Request Entity Too Large', type: INVALID, code: 'request_too_large' },
};

export const CONTEXT_EXCEEDED: ApiError = invalidRequest('Please reduce the length of the messages or completion.', {
  param: 'messages',
  code: 'context_length_exceeded',
});

/** Not an error of Groq: the simulator only serves the machine that it runs on. */
export const NOT_LOOPBACK: ApiError = {
  status: 403,
  error: {
    message: 'The simulator answers requests to and from this machine only: ask it by 127.0.0.1 or localhost.',
    type: INVALID,
  },
};

export function modelNotFound(model: ModelId): ApiError {
  return {
    status: 404,
    error: {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      type: INVALID,
      code: 'model_not_found',
    },
  };
}

export function modelDecommissioned(model: ModelId): ApiError {
  return invalidRequest(
    `The model \`${model}\` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.`,
    { code: 'model_decommissioned' },
  );
}

export function unknownUrl(method: string, path: string): ApiError {
  return {
    status: 404,
    error: {
      message: `Unknown request URL: ${method} ${path}. Please check the URL for typos, or see the docs at https://console.groq.com/docs/`,
      type: INVALID,
      code: 'unknown_url',
    },
  };
}

/**
 * The server failed. Groq's message has only the first three words; the simulator adds why a function of its options
 * failed.
 */
export function internalError(reason?: string): ApiError {
  const message = reason === undefined ? 'Internal Server Error' : `Internal Server Error: ${reason}`;
  return { status: 500, error: { message, type: 'internal_server_error' } };
}

/** Groq's errors when it cannot serve a request. For 498, only the middle of the message is known. */
export function unavailable(model: ModelId, status: Exclude<StatusFault['status'], 429>): ApiError {
  switch (status) {
    case 498:
      return {
        status,
        error: {
          message: `The \`flex\` tier capacity exceeded for model \`${model}\`. Please try again later.`,
          type: INVALID,
          code: 'capacity_exceeded',
        },
      };
    case 500:
      return internalError();
    case 503:
      return {
        status,
        error: {
          message: `${model} is currently over capacity. Please try again and back off exponentially. Visit https://groqstatus.com to see if there is an active incident.`,
          type: 'internal_server_error',
        },
      };
  }
}
