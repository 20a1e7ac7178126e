import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerChat } from './answerChat.ts';
import {
  type ApiError,
  BODY_TOO_LARGE,
  INVALID_JSON,
  INVALID_KEY,
  internalError,
  modelNotFound,
  NOT_LOOPBACK,
  unknownUrl,
} from './apiErrors.ts';
import { checkChatRequest } from './checkChatRequest.ts';
import { type HttpExchange, openExchange } from './HttpExchange.ts';
import { isLoopbackHost, isLoopbackOrigin } from './loopback.ts';
import { promptTokensOf } from './promptTokensOf.ts';
import { readBody } from './readBody.ts';
import { routeOf } from './route.ts';
import type { Simulation } from './Simulation.ts';
import { listedModel } from './simulatedModels.ts';

/** Answers one request. It never rejects. */
export async function handleRequest(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  simulation.recorder.requested();
  const exchange = openExchange(simulation, request, response);
  try {
    await answer(simulation, exchange);
  } catch (error) {
    // The client disconnected while its request was read.
    if (response.destroyed) simulation.recorder.aborted();
    else if (response.headersSent) response.destroy();
    else exchange.error(internalError(error instanceof Error ? error.message : String(error)));
  }
}

async function answer(simulation: Simulation, exchange: HttpExchange): Promise<void> {
  const { request } = exchange;
  const { host, origin, authorization } = request.headers;
  if (!isLoopbackHost(host) || !isLoopbackOrigin(origin)) {
    exchange.error(NOT_LOOPBACK);
    return;
  }
  const method = request.method ?? 'GET';
  const [path = ''] = (request.url ?? '').split('?');
  const route = routeOf(method, path);
  if (route.to === 'nowhere') exchange.error(unknownUrl(method, path));
  else if (!isLetIn(authorization, simulation.options.apiKey)) exchange.error(INVALID_KEY);
  else if (route.to === 'chat') await chat(simulation, exchange);
  else if (route.to === 'models') {
    exchange.json(200, { object: 'list', data: [...simulation.models.values()].map(listedModel) });
  } else {
    const model = simulation.models.get(route.id);
    if (model === undefined) exchange.error(modelNotFound(route.id));
    else exchange.json(200, listedModel(model));
  }
}

function isLetIn(authorization: string | undefined, apiKey: string | undefined): boolean {
  const [, key = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
  return apiKey === undefined ? key !== '' : key === apiKey;
}

async function chat(simulation: Simulation, exchange: HttpExchange): Promise<void> {
  const body = await bodyOf(exchange);
  if ('refused' in body) {
    exchange.error(body.refused);
    return;
  }
  const checked = checkChatRequest(body.value, simulation.models, simulation.options.retiredAs);
  if ('refused' in checked) {
    exchange.error(checked.refused);
    return;
  }
  const { call } = checked;
  const counting = promptTokensOf(simulation.options, call.request);
  const prompt = 'tokens' in counting ? counting : await counting;
  // The client may have disconnected meanwhile.
  if (exchange.response.destroyed) simulation.recorder.aborted();
  else answerChat(simulation, exchange, call, prompt);
}

async function bodyOf({ request }: HttpExchange): Promise<{ value: unknown } | { refused: ApiError }> {
  const text = await readBody(request);
  if (text === undefined) return { refused: BODY_TOO_LARGE };
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return { refused: INVALID_JSON };
  }
}
