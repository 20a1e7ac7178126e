import { Observable, type SchedulerLike } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Dimension } from '../model/Dimension.ts';
import type { Limits } from '../model/Limits.ts';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { refusalBody } from '../rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../rules/serverModel/shownHeaders.ts';
import { createServerModel, type ServerModel, type ServerModelConfig } from '../rules/serverModel.ts';
import { Connection } from './Connection.ts';
import { type Network, network as networkOf } from './network.ts';
import { textsIn, type WireChatRequest, words } from './promptOf.ts';
import { wire } from './wire.ts';

/** What becomes of one request that is let in. */
export interface Script {
  /** What the server counts. @default the words of the messages */
  readonly promptTokens?: number | undefined;
  /** How long the completion is. @default 10, or the request's maximum where that is less */
  readonly completionTokens?: number | undefined;
  /** How many tokens of the prompt come out of the cache. @default 0 */
  readonly cachedTokens?: number | undefined;
  /** How long it takes from its admission to its last token, in milliseconds. @default 500 */
  readonly duration?: number | undefined;
  /** What is answered. @default '' */
  readonly text?: string | undefined;
}

/** A server and the network before it, in the time of a scheduler. */
export interface ModelServerConfig extends Omit<ServerModelConfig, 'limits'> {
  /** The limits of each model. */
  readonly limits: Limits | ((model: string) => Limits);
  readonly scheduler: SchedulerLike;
  /** How long messages travel. @default network() */
  readonly network?: Network | undefined;
  /** What becomes of a request, by its index in order of arrival. @default a Script of nothing but defaults */
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

/** A transport to a server that exists only in a scheduler's time, with what a test wants to know of it. */
export interface ModelServer extends Transport {
  send(request: WireRequest): Observable<WireEvent>;
  /** Its limits for a model, as it keeps them: others of the same organization can be played here. */
  model(name: string): ServerModel;
  /** Changes the limits of a model now, dimension by dimension. */
  setLimits(model: string, limits: Limits): void;
  /** When each request that was let in came, in milliseconds. */
  readonly admissions: readonly number[];
  /** Those that met a limit. */
  readonly refusals: readonly RefusedRequest[];
  /** How many answers are listened to. */
  readonly open: number;
}

/**
 * Makes a transport whose other end keeps the limits as Groq does, with a network between them that takes its time and
 * lets messages overtake each other.
 *
 * Its limits share nothing with the arithmetic of the client, so a test in which no limit is hit proves more than that
 * the client agrees with itself. It knows chat completions only, and everything else is a 404. What its `script` throws
 * comes to the one who asked. With a {@link virtualClock} a day takes as long as what happens in it.
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
    const maxCompletionTokens = request.max_completion_tokens ?? undefined;
    const ruling = server.admit(now, { promptTokens, maxCompletionTokens });
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
          // That the client has gone is noticed when the news has travelled.
          scheduler.schedule(() => {
            connection.gone = true;
            connection.left?.();
          }, network.up());
        };
      }),
  };
}

type Plan = { readonly [K in keyof Script]-?: NonNullable<Script[K]> };

/** How long a completion is, and takes in milliseconds, of which nothing is said. */
const COMPLETION_TOKENS = 10;
const DURATION = 500;

const planFor = (request: WireChatRequest, script: Script): Plan => ({
  promptTokens: script.promptTokens ?? textsIn(request).reduce((sum, text) => sum + words(text), 0),
  completionTokens: script.completionTokens ?? Math.min(COMPLETION_TOKENS, request.max_completion_tokens ?? Infinity),
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
