import { Observable, type SchedulerLike } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Dimension } from '../model/Dimension.ts';
import type { Limits } from '../model/Limits.ts';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import { refusalBody } from '../rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../rules/serverModel/shownHeaders.ts';
import { createServerModel, type ServerModel, type ServerModelConfig } from '../rules/serverModel.ts';
import { Connection } from './Connection.ts';
import { type Network, network as networkOf } from './network.ts';
import { textsIn, type WireChatRequest, words } from './promptOf.ts';
import { wire } from './wire.ts';

/** How one admitted request is answered. */
export interface Script {
  /** The number of prompt tokens. @default the number of words of the messages */
  readonly promptTokens?: number | undefined;
  /** The number of completion tokens. @default 10, or the request's maximum if that is less */
  readonly completionTokens?: number | undefined;
  /** How many tokens of the prompt are cached. @default 0 */
  readonly cachedTokens?: number | undefined;
  /** The time from its admission to its last token, in milliseconds. @default 500 */
  readonly duration?: number | undefined;
  /** The text of the answer. @default '' */
  readonly text?: string | undefined;
}

/** Options of {@link modelServer}. */
export interface ModelServerConfig extends Omit<ServerModelConfig, 'limits'> {
  /** The limits of each model. */
  readonly limits: Limits | ((model: string) => Limits);
  readonly scheduler: SchedulerLike;
  /** The network in front of the server. @default network() */
  readonly network?: Network | undefined;
  /** Returns how a request is answered, by its index in order of arrival. @default a Script with only defaults */
  readonly script?: ((request: ChatRequest, index: number) => Script) | undefined;
}

/** A request that met a limit. All times are milliseconds of the scheduler. */
export interface RefusedRequest {
  readonly sentAt: number;
  /** When it reached the server. */
  readonly at: number;
  readonly model: string;
  readonly dimension: Dimension;
}

/** A transport to a server in a scheduler's time, with information for tests. */
export interface ModelServer extends Transport {
  send(request: WireRequest): Observable<WireEvent>;
  /**
   * The server's limits of a model, as it keeps them. Tests can use them to simulate other clients of the organization.
   */
  model(name: string): ServerModel;
  /** Changes the limits of a model now, dimension by dimension. */
  setLimits(model: string, limits: Limits): void;
  /** The arrival times of the admitted requests, in milliseconds. */
  readonly admissions: readonly number[];
  /** The requests that met a limit. */
  readonly refusals: readonly RefusedRequest[];
  /** The number of subscribed answers. */
  readonly open: number;
}

/**
 * Creates a transport to a simulated server that keeps limits as Groq does, over a network with latency, where messages
 * may overtake each other.
 *
 * Its limits share no code with the client, so a test without a 429 proves more than that the client agrees with
 * itself. It only knows chat completions; everything else is a 404. An error that `script` throws becomes the error of
 * the request. With a {@link virtualClock}, a day takes only as long as the work in it.
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import { limitsOf, modelServer, network, virtualClock, wordCounter } from 'rxgroq/testing';
 *
 * const scheduler = virtualClock();
 * const limits = limitsOf('30/min, 1k/day, 8k tokens/min, 200k tokens/day');
 * const server = modelServer({ limits, scheduler, network: network({ seed: 7, latency: 40, jitter: 200 }) });
 * const groq = createGroq({ transport: server, counter: wordCounter(), scheduler });
 *
 * for (let i = 0; i < 100; i++) groq.ask(`What is ${i} squared?`).subscribe();
 * scheduler.flush();
 * server.refusals.length; // => 0
 * Math.round(scheduler.now() / 60_000); // => 2
 * ```
 */
export function modelServer(config: ModelServerConfig): ModelServer {
  const { limits, scheduler, network = networkOf(), script = () => ({}), ...kept } = config;
  const models = new Map<string, ServerModel>();
  const admissions: number[] = [];
  const refusals: RefusedRequest[] = [];
  let arrivals = 0;
  let open = 0;

  const model = (name: string): ServerModel => {
    let known = models.get(name);
    if (known === undefined) {
      known = createServerModel({ ...kept, limits: typeof limits === 'function' ? limits(name) : limits });
      models.set(name, known);
    }
    return known;
  };

  const serve = ({ method, path, body }: WireRequest, connection: Connection): void => {
    if (path !== '/chat/completions') {
      connection.answer([wire.head(404), wire.error(`Unknown request URL: ${method} ${path}.`, 'unknown_url')], true);
      return;
    }
    const request = JSON.parse(String(body)) as WireChatRequest;
    const now = scheduler.now();
    const server = model(request.model);
    const plan = planFor(request, script(request, arrivals++));
    const { promptTokens, duration } = plan;
    const ruling = server.admit(now, { promptTokens, maxCompletionTokens: askedOutput(request) });
    if (ruling.type === 'refused') {
      const { dimension } = ruling;
      refusals.push({ sentAt: connection.sentAt, at: now, model: request.model, dimension });
      const { error } = refusalBody(ruling, { model: request.model, organization: 'org_test' });
      connection.answer([wire.head(ruling.status, refusalHeaders(ruling)), wire.data(JSON.stringify({ error }))], true);
      return;
    }
    admissions.push(now);
    const head = wire.head(200, shownHeaders(ruling.shown));
    if (request.stream === true) connection.answer([head]);

    const settle = (completionTokens: number): void => {
      connection.left = undefined;
      server.settle(scheduler.now(), ruling.admission, { ...plan, completionTokens });
    };
    const generating = scheduler.schedule(() => {
      settle(plan.completionTokens);
      connection.answer(request.stream === true ? streamed(request, plan) : [head, whole(request, plan)], true);
    }, duration);
    connection.left = () => {
      generating.unsubscribe();
      const done = duration > 0 ? (scheduler.now() - now) / duration : 1;
      settle(Math.ceil(plan.completionTokens * done));
    };
  };

  return {
    admissions,
    refusals,
    model,
    setLimits(name, changed) {
      model(name).setLimits(scheduler.now(), changed);
    },
    get open() {
      return open;
    },
    send: (request) =>
      new Observable((client) => {
        const connection = new Connection(client, scheduler, network.down);
        open += 1;
        client.next(wire.sent);
        scheduler.schedule(() => {
          try {
            serve(request, connection);
          } catch (error) {
            connection.fail(error);
          }
          if (connection.gone) connection.left?.();
        }, network.up());
        return () => {
          open -= 1;
          if (connection.ended) return;
          // The server notices that the client has gone only after the network's latency.
          scheduler.schedule(() => {
            connection.gone = true;
            connection.left?.();
          }, network.up());
        };
      }),
  };
}

type Plan = { readonly [K in keyof Script]-?: NonNullable<Script[K]> };

/** The default length of a completion, and its duration in milliseconds. */
const COMPLETION_TOKENS = 10;
const DURATION = 500;

const planFor = (request: WireChatRequest, script: Script): Plan => ({
  promptTokens: script.promptTokens ?? textsIn(request).reduce((sum, text) => sum + words(text), 0),
  completionTokens: script.completionTokens ?? Math.min(COMPLETION_TOKENS, askedOutput(request) ?? Infinity),
  cachedTokens: script.cachedTokens ?? 0,
  duration: script.duration ?? DURATION,
  text: script.text ?? '',
});

const usageOf = ({ promptTokens, completionTokens, cachedTokens }: Plan) =>
  wire.usage({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    ...(cachedTokens > 0 && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
  });

const streamed = ({ model }: WireChatRequest, plan: Plan): WireEvent[] => [
  ...(plan.text === '' ? [] : [wire.delta({ content: plan.text }, model)]),
  wire.finish('stop', usageOf(plan), model),
  wire.done,
];

const whole = ({ model }: WireChatRequest, plan: Plan): WireEvent =>
  wire.completion({ content: plan.text }, { model, usage: usageOf(plan) });
