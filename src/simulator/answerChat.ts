import type { ChatRequest } from '../model/ChatRequest.ts';
import { DIMENSIONS } from '../model/Dimension.ts';
import type { Token } from '../model/Token.ts';
import { seeded } from '../rules/seeded.ts';
import { refusalBody } from '../rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../rules/serverModel/shownHeaders.ts';
import { answerStreamed } from './answerStreamed.ts';
import { answerWhole } from './answerWhole.ts';
import { CONTEXT_EXCEEDED, unavailable } from './apiErrors.ts';
import { seedOf } from './chance.ts';
import type { CheckedChatRequest } from './checkChatRequest.ts';
import { type Draft, draftOf, fitDraft } from './Draft.ts';
import { faultOf, type StatusFault } from './Fault.ts';
import type { HttpExchange } from './HttpExchange.ts';
import { completionId, fingerprint, reportedSeed } from './ids.ts';
import { beginAnswer, type Prompt } from './PendingAnswer.ts';
import type { Head } from './renderCompletion.ts';
import { roughPrompt } from './roughPrompt.ts';
import type { Simulation } from './Simulation.ts';
import { seededReply } from './seededReply.ts';

/** Answers a chat request whose prompt is counted, if it is admitted; otherwise refuses it. */
export function answerChat(
  simulation: Simulation,
  exchange: HttpExchange,
  call: CheckedChatRequest,
  prompt: Prompt,
): void {
  const { options, clock, recorder, organization } = simulation;
  const { request, model, maxCompletionTokens } = call;

  const fault = faultOf(options.faults, request, simulation.nextChat());
  if (fault?.kind === 'status') {
    recorder.faulted();
    answerStatus(simulation, exchange, call, fault, prompt);
    return;
  }
  const room = model.contextWindow - prompt.tokens;
  if (room <= 0) {
    exchange.error(CONTEXT_EXCEEDED);
    return;
  }

  const startedAt = clock.now();
  const ruling = model.server.admit(startedAt, {
    promptTokens: prompt.tokens,
    roughPromptTokens: roughPrompt(request),
    maxCompletionTokens,
  });
  if (ruling.type === 'refused') {
    if (ruling.status === 429) recorder.rateLimited(ruling.dimension);
    const body = refusalBody(ruling, { model: model.id, organization, tier: options.tier, ...tierOf(request) });
    exchange.json(ruling.status, body, refusalHeaders(ruling));
    return;
  }
  recorder.admitted(model.id, startedAt);
  if (fault !== undefined) recorder.faulted();

  const begin = (draft: Draft) =>
    beginAnswer(
      {
        simulation,
        exchange,
        call,
        headers: shownHeaders(ruling.shown),
        head: headOf(simulation, exchange, call),
        draft,
        fault,
        startedAt,
      },
      prompt,
      ruling.admission,
    );
  let draft: Draft;
  try {
    const most = Math.min(maxCompletionTokens ?? model.maxCompletionTokens, room);
    draft = fitDraft(replyTo(simulation, request), most);
  } catch (error) {
    begin({ pieces: [], finish: 'stop', tail: 0 }).end(0);
    throw error;
  }
  (call.stream ? answerStreamed : answerWhole)(begin(draft));
}

function replyTo({ options }: Simulation, request: ChatRequest): Draft {
  if (options.reply !== undefined) {
    const reply: string | readonly Token[] = options.reply(request);
    return draftOf(reply);
  }
  // Seeded by the request and not by its number: equal requests get equal answers in any order.
  const { model, messages, tools, tool_choice, response_format, reasoning_effort, seed } = request;
  const asked = JSON.stringify([model, messages, tools, tool_choice, response_format, reasoning_effort, seed]);
  return seededReply(request, seeded(seedOf(`${options.seed}:${asked}`)));
}

function headOf({ clock }: Simulation, { random, requestId }: HttpExchange, { request }: CheckedChatRequest): Head {
  return {
    id: completionId(random),
    created: clock.date(),
    model: request.model,
    fingerprint: fingerprint(request.model),
    requestId,
    seed: request.seed ?? reportedSeed(random),
    ...tierOf(request),
  };
}

function tierOf({ service_tier }: ChatRequest): { serviceTier: string } {
  return { serviceTier: !service_tier || service_tier === 'auto' ? 'on_demand' : service_tier };
}

/** Answers with the status of a fault. Nothing is charged. */
function answerStatus(
  { clock, organization, options }: Simulation,
  exchange: HttpExchange,
  { request, model, maxCompletionTokens = 1 }: CheckedChatRequest,
  { status, retryAfter, dimension = 'tpm' }: StatusFault,
  prompt: Prompt,
): void {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (status !== 429) {
    exchange.error(unavailable(model.id, status), headers);
    return;
  }
  const { unit, window } = DIMENSIONS[dimension];
  const input = prompt.tokens;
  const output = maxCompletionTokens;
  const asked = { requests: 1, tokens: input + output, inputTokens: input, outputTokens: output, audioSeconds: 1 };
  const requested = asked[unit];
  const level = model.server.levels(clock.now()).find((each) => each.dimension === dimension);
  // Without such a limit, one that fits the request is reported: otherwise it could never be sent.
  const limit = level?.limit ?? requested;
  const wait = typeof retryAfter === 'number' && retryAfter > 0 ? retryAfter * 1_000 : 1_000;
  // Leaves no room for the request before that time: a client may rely on either.
  const used = Math.max(0, Math.ceil(limit - requested + (limit * wait) / window));
  const body = refusalBody(
    { type: 'refused', status, dimension, limit, used, requested, wait },
    { model: model.id, organization, tier: options.tier, ...tierOf(request) },
  );
  const told = { limit, used, remaining: Math.max(0, limit - used), reset: Math.floor((used * window) / limit) };
  const { requests, tokens } = model.server.show(clock.now());
  const shown = {
    ...(requests && { requests: dimension === 'rpd' ? told : requests }),
    ...(tokens && unit !== 'requests' && { tokens: dimension === 'tpm' ? told : tokens }),
  };
  exchange.json(429, body, { ...headers, ...shownHeaders(shown) });
}
