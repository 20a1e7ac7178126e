import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Dimension } from '../model/Dimension.ts';

/** The request is answered with an error, and nothing is charged. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: 429 | 498 | 500 | 503;
  /** The header `retry-after`: seconds, or any text, as it is. Absent when it is not given. */
  readonly retryAfter?: number | string;
  /** With 429: the limit that the message names. @default 'tpm' */
  readonly dimension?: Dimension;
}

/** The connection is closed before the answer is whole. */
export interface CutFault {
  readonly kind: 'cut';
  /** How many tokens are sent before. @default 0, which is after the headers */
  readonly after?: number;
  /** Whether the body ends as if it were whole, but without a `finish_reason` and `[DONE]`. @default false */
  readonly clean?: boolean;
}

/** The connection is reset before the answer is whole. What was just sent may be lost on its way. */
export interface ResetFault {
  readonly kind: 'reset';
  /** How many tokens are sent before. @default 0, which is after the headers */
  readonly after?: number;
}

/** The answer comes to a halt. */
export interface StallFault {
  readonly kind: 'stall';
  /** How many tokens are sent before. @default 0, which is after the headers */
  readonly after?: number;
  /** For how many milliseconds of the simulator's clock. Absent: for ever. */
  readonly ms?: number;
}

/** The stream ends in an `event: error`, without `[DONE]`; what is not streamed is answered with its status. */
export interface ErrorFault {
  readonly kind: 'error';
  /** How many tokens are sent before. @default 0, which is no chunk at all */
  readonly after?: number;
  /** Groq's `error` object. @default a recorded `tool_use_failed` */
  readonly error?: {
    readonly message: string;
    readonly type?: string;
    readonly code?: string;
    readonly failed_generation?: string;
    readonly status_code?: number;
  };
}

/** Something that goes wrong with one request. */
export type Fault = StatusFault | CutFault | ResetFault | StallFault | ErrorFault;

/** A fault in the middle of an answer. */
export type AnswerFault = Exclude<Fault, StatusFault>;

/**
 * Which requests go wrong: a list, whose first entry is for the first chat request that is valid, and so on, or a
 * function, which is told the request and its number from 0.
 */
export type Faults = readonly (Fault | undefined)[] | ((request: ChatRequest, n: number) => Fault | undefined);

/** The fault that a request meets. */
export function faultOf(faults: Faults, request: ChatRequest, n: number): Fault | undefined {
  const fault = typeof faults === 'function' ? faults(request, n) : faults[n];
  if (isFault(fault)) return fault;
  throw new TypeError(`the option faults must return undefined or ${A_FAULT}`);
}

/** What a fault looks like, for messages. */
export const A_FAULT =
  "{ kind: 'status', status: 429 | 498 | 500 | 503 } or { kind: 'cut' | 'reset' | 'stall' | 'error', after: tokens }";

const STATUSES: readonly unknown[] = [429, 498, 500, 503];
const KINDS: readonly unknown[] = ['cut', 'reset', 'stall', 'error'];

/** Whether a value is a fault, or none. */
export function isFault(value: unknown): value is Fault | undefined {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'status') return 'status' in value && STATUSES.includes(value.status);
  const after = 'after' in value ? (value.after ?? 0) : 0;
  return KINDS.includes(value.kind) && Number.isSafeInteger(after) && Number(after) >= 0;
}

/** What a stream of tool calls was recorded to end in when the model wrote prose. */
const TOOL_USE_FAILED = {
  message: 'Tool choice is required, but model did not call a tool',
  type: 'invalid_request_error',
  code: 'tool_use_failed',
  failed_generation: '',
  status_code: 400,
};

/** The `error` object of an error fault, which a stream sends with the status in it. */
export function streamedError({ error = TOOL_USE_FAILED }: ErrorFault): NonNullable<ErrorFault['error']> {
  const { status_code = 400, ...rest } = error;
  return { ...rest, status_code };
}
