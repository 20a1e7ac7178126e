import * as z from 'zod';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { ModelId } from '../model/Models.ts';
import { RETIRED_MODELS } from '../model/Models.ts';
import { contentParts } from '../rules/counting/contentText.ts';
import { strictChatRequestSchema } from '../rules/request/chatRequestSchema.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import { type ApiError, invalidRequest, modelDecommissioned, modelNotFound, RAW_REASONING } from './apiErrors.ts';
import { describeIssue } from './describeIssue.ts';
import { canReason, isStructured, reasoningStyle } from './reasoningStyle.ts';
import type { SimulatedModel } from './simulatedModels.ts';

/** A request for a completion that the simulator can answer. */
export interface CheckedChatRequest {
  readonly request: ChatRequest;
  readonly model: SimulatedModel;
  readonly stream: boolean;
  /** Whether a chunk with the usage is wanted at the end of the stream. */
  readonly includeUsage: boolean;
  /** In tokens. Undefined if the request has no maximum. */
  readonly maxCompletionTokens: number | undefined;
}

/** Groq's error for a model that it no longer serves: the first one for some time, then the second one. */
export type RetiredAs = 'model_decommissioned' | 'model_not_found';

const wireSchema = z.looseObject({
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});

/** Checks the body of a request as Groq does, and returns Groq's error if it is invalid. */
export function checkChatRequest(
  body: unknown,
  models: ReadonlyMap<ModelId, SimulatedModel>,
  retiredAs: RetiredAs,
): { call: CheckedChatRequest } | { refused: ApiError } {
  const request = strictChatRequestSchema.safeParse(body);
  const wire = wireSchema.safeParse(body);
  if (!request.success || !wire.success) {
    const [issue] = request.error?.issues ?? wire.error?.issues ?? [];
    return { refused: invalidRequest(issue === undefined ? 'Invalid request.' : describeIssue(issue, body)) };
  }
  const id = request.data.model;
  const model = models.get(id);
  if (model === undefined) {
    const decommissioned = retiredAs === 'model_decommissioned' && RETIRED_MODELS.has(id);
    return { refused: decommissioned ? modelDecommissioned(id) : modelNotFound(id) };
  }
  const refused = unsupported(request.data, model);
  if (refused !== undefined) return { refused };

  const { stream, stream_options } = wire.data;
  return {
    call: {
      request: request.data,
      model,
      stream: stream === true,
      includeUsage: stream_options?.include_usage === true,
      maxCompletionTokens: askedOutput(request.data),
    },
  };
}

function unsupported(request: ChatRequest, model: SimulatedModel): ApiError | undefined {
  const { id, kind, maxCompletionTokens } = model;
  if (kind === 'transcription' || kind === 'speech') {
    return invalidRequest(`The model \`${id}\` does not support chat completions`);
  }
  for (const param of ['max_completion_tokens', 'max_tokens'] as const) {
    if ((request[param] ?? 0) > maxCompletionTokens) {
      return invalidRequest(
        `\`${param}\` must be less than or equal to \`${maxCompletionTokens}\`, the maximum value for \`${param}\` is less than the \`context_window\` for this model`,
        { param },
      );
    }
  }
  const hasTools = (request.tools?.length ?? 0) > 0;
  if (hasTools && kind === 'guard') return invalidRequest('`tool calling` is not supported with this model');
  if (hasTools && request.response_format && request.response_format.type !== 'text') {
    return invalidRequest('json mode cannot be combined with tool/function calling', { param: 'response_format' });
  }
  if (request.response_format?.type === 'json_object' && !asksForJson(request)) {
    return invalidRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    );
  }
  if (request.reasoning_effort && !canReason(id)) {
    return invalidRequest('`reasoning_effort` is not supported with this model');
  }
  if (isStructured(request) && reasoningStyle(request) === 'think') return RAW_REASONING;
  return undefined;
}

function asksForJson({ messages }: ChatRequest): boolean {
  return messages.some(({ content }) => contentParts(content).texts.some((text) => /json/i.test(text)));
}
