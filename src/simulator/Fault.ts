import * as z from 'zod';
import type { ChatRequest } from '../model/ChatRequest.ts';
import { DIMENSION_NAMES, type Dimension } from '../model/Dimension.ts';
import { checked } from '../rules/request/validation.ts';

/** The request is answered with an error, and nothing is charged. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: 429 | 498 | 500 | 503;
  /**
   * The header `retry-after`: seconds, or any text. Absent unless given. For 429, the body and the other headers are
   * consistent with this wait, or with 1 s if it is not a number above 0.
   */
  readonly retryAfter?: number | string | undefined;
  /** For 429: the limit that the message names. @default 'tpm' */
  readonly dimension?: Dimension | undefined;
}

/** The connection is closed before the answer is complete. */
export interface CutFault {
  readonly kind: 'cut';
  /** How many tokens are sent before; half of an answer that is not streamed. @default 0, right after the headers */
  readonly after?: number | undefined;
  /** Whether the body ends regularly, but without a `finish_reason` and `[DONE]`. @default false */
  readonly clean?: boolean | undefined;
}

/** The connection is reset before the answer is complete. Data that was just sent may be lost. */
export interface ResetFault {
  readonly kind: 'reset';
  /** How many tokens are sent before; none of an answer that is not streamed. @default 0, right after the headers */
  readonly after?: number | undefined;
}

/** The answer stalls. */
export interface StallFault {
  readonly kind: 'stall';
  /** How many tokens are sent before; none of an answer that is not streamed. @default 0, right after the headers */
  readonly after?: number | undefined;
  /** The duration, in milliseconds of the simulator's clock. @default forever */
  readonly ms?: number | undefined;
}

/** The stream ends with an `event: error`, without `[DONE]`; an answer that is not streamed has the error's status. */
export interface ErrorFault {
  readonly kind: 'error';
  /** How many tokens are sent before. @default 0, without any chunk */
  readonly after?: number | undefined;
  /** Groq's `error` object. @default a recorded `tool_use_failed` */
  readonly error?:
    | {
        readonly message: string;
        readonly type?: string | undefined;
        readonly code?: string | undefined;
        readonly failed_generation?: string | undefined;
        /** From 400 to 599. @default 400 */
        readonly status_code?: number | undefined;
      }
    | undefined;
}

/** A fault of one request. */
export type Fault = StatusFault | CutFault | ResetFault | StallFault | ErrorFault;

/** A fault in the middle of an answer. */
export type AnswerFault = Exclude<Fault, StatusFault>;

/**
 * The faults by request: a list, whose first entry is for the first valid chat request, and so on; or a function of the
 * request and its number from 0.
 */
export type Faults = readonly (Fault | undefined)[] | ((request: ChatRequest, n: number) => Fault | undefined);

const after = z.int().min(0).optional();

/** The schema of a {@link Fault}. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.literal([429, 498, 500, 503]),
    retryAfter: z.union([z.number(), z.string()]).optional(),
    dimension: z.enum(DIMENSION_NAMES).optional(),
  }),
  z.strictObject({ kind: z.literal('cut'), after, clean: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('reset'), after }),
  z.strictObject({ kind: z.literal('stall'), after, ms: z.number().min(0).optional() }),
  z.strictObject({
    kind: z.literal('error'),
    after,
    error: z
      .looseObject({
        message: z.string(),
        type: z.string().optional(),
        code: z.string().optional(),
        failed_generation: z.string().optional(),
        // A status that HTTP does not know would throw in the timer that sends it.
        status_code: z.int().min(400).max(599).optional(),
      })
      .optional(),
  }),
]);

/**
 * The fault of a request.
 *
 * @throws {ValidationError} when a function returns an invalid fault.
 */
export function faultOf(faults: Faults, request: ChatRequest, n: number): Fault | undefined {
  if (typeof faults !== 'function') return faults[n];
  const fault = faults(request, n);
  return checked(faultSchema.optional(), fault, 'What the option faults returns', 'Correct the function.');
}

/** The recorded error of a stream in which the model wrote prose although it had to call a tool. */
const TOOL_USE_FAILED = {
  message: 'Tool choice is required, but model did not call a tool',
  type: 'invalid_request_error',
  code: 'tool_use_failed',
  failed_generation: '',
  status_code: 400,
};

/** The `error` object of an error fault. In a stream it contains the status. */
export function streamedError({ error = TOOL_USE_FAILED }: ErrorFault): NonNullable<ErrorFault['error']> {
  const { status_code = 400, ...rest } = error;
  return { ...rest, status_code };
}
