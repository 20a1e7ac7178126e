import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Dimension } from '../model/Dimension.ts';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { refusalBody } from '../rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../rules/serverModel/shownHeaders.ts';
import { createServerModel, type ServerModel, type ServerModelConfig } from '../rules/serverModel.ts';
import { wire } from './wire.ts';

/** What the model of a completion does with one request. */
export interface Script {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens?: number | undefined;
  /** How long it takes from its admission to its last token, in milliseconds. */
  readonly duration: number;
}

/** A server and the network before it, in the time of a scheduler. */
export interface ModelServerConfig {
  /** The limits of each model, and how they are kept. */
  readonly limits: ServerModelConfig | ((model: string) => ServerModelConfig);
  readonly scheduler: SchedulerLike;
  /** How long a message travels to the server, in milliseconds, each time anew. @default () => 20 */
  readonly up?: (() => number) | undefined;
  /** How long a message travels back, in milliseconds, each time anew. @default () => 20 */
  readonly down?: (() => number) | undefined;
  /** What becomes of a request. */
  readonly script: (request: ChatRequest, index: number) => Script;
}

/** A transport to a server that exists only in a scheduler's time, with what a test wants to know of it. */
export interface ModelServer extends Transport {
  send(request: WireRequest): Observable<WireEvent>;
  /** Its limits for a model. */
  model(name: string): ServerModel;
  /** When each request came, and when each that was let in. */
  readonly arrivals: readonly number[];
  readonly admissions: readonly number[];
  /** Those that met a limit: when, and which. */
  readonly refusals: readonly { readonly at: number; readonly dimension: Dimension }[];
  /** How many answers are listened to. */
  readonly open: number;
}

/**
 * Makes a transport whose other end keeps the limits as Groq does, with a network between them that takes its time and
 * lets messages overtake each other.
 *
 * The limits are those of the server model, which shares nothing with the client's own, so that a test in which no
 * limit is hit proves more than that the client agrees with itself.
 */
export function modelServer(config: ModelServerConfig): ModelServer {
  const { limits, scheduler, up = () => 20, down = () => 20, script } = config;
  const models = new Map<string, ServerModel>();
  const log = {
    arrivals: [] as number[],
    admissions: [] as number[],
    refusals: [] as { readonly at: number; readonly dimension: Dimension }[],
  };
  let open = 0;

  const model = (name: string): ServerModel => {
    const known = models.get(name) ?? createServerModel(typeof limits === 'function' ? limits(name) : limits);
    models.set(name, known);
    return known;
  };

  const serve = (request: WireChatRequest, connection: Connection): void => {
    const now = scheduler.now();
    const server = model(request.model);
    const plan = script(request, log.arrivals.push(now) - 1);
    const { promptTokens } = plan;
    const ruling = server.admit(now, { promptTokens, maxCompletionTokens: request.max_completion_tokens ?? undefined });
    if (ruling.type === 'refused') {
      log.refusals.push({ at: now, dimension: ruling.dimension });
      const { error } = refusalBody(ruling, { model: request.model, organization: 'org_test' });
      connection.answer([wire.head(ruling.status, refusalHeaders(ruling)), wire.data(JSON.stringify({ error }))], true);
      return;
    }
    log.admissions.push(now);
    const head = wire.head(200, shownHeaders(ruling.shown));
    if (request.stream === true) connection.answer([head]);

    const settle = (completionTokens: number): void => {
      connection.left = undefined;
      server.settle(scheduler.now(), ruling.admission, { ...plan, completionTokens });
    };
    const generating = scheduler.schedule(() => {
      settle(plan.completionTokens);
      const events =
        request.stream === true ? [wire.finish('stop', usageOf(plan)), wire.done] : [head, whole(request, plan)];
      connection.answer(events, true);
    }, plan.duration);
    connection.left = () => {
      generating.unsubscribe();
      settle(Math.ceil((plan.completionTokens * (scheduler.now() - now)) / plan.duration));
    };
  };

  return {
    ...log,
    model,
    get open() {
      return open;
    },
    send: ({ body }) =>
      new Observable((client) => {
        const connection = new Connection(client, scheduler, down);
        open += 1;
        client.next(wire.sent);
        scheduler.schedule(() => {
          serve(JSON.parse(String(body)) as WireChatRequest, connection);
        }, up());
        return () => {
          open -= 1;
          // That the client has gone is noticed when the news has travelled.
          if (!connection.ended) scheduler.schedule(() => connection.left?.(), up());
        };
      }),
  };
}

type WireChatRequest = ChatRequest & { readonly stream?: boolean };

/** What is on its way back to one client. Nothing on one connection overtakes. */
class Connection {
  /** What the server does when the client has gone. */
  left: (() => void) | undefined;
  ended = false;
  readonly #client: Subscriber<WireEvent>;
  readonly #scheduler: SchedulerLike;
  readonly #down: () => number;
  #lastArrival = 0;

  constructor(client: Subscriber<WireEvent>, scheduler: SchedulerLike, down: () => number) {
    this.#client = client;
    this.#scheduler = scheduler;
    this.#down = down;
  }

  answer(events: readonly WireEvent[], end = false): void {
    const now = this.#scheduler.now();
    this.#lastArrival = Math.max(this.#lastArrival, now + this.#down());
    this.#scheduler.schedule(() => {
      if (end) this.ended = true;
      for (const event of events) this.#client.next(event);
      if (end) this.#client.complete();
    }, this.#lastArrival - now);
  }
}

const usageOf = ({ promptTokens, completionTokens, cachedTokens = 0 }: Script) =>
  wire.usage({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    ...(cachedTokens > 0 && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
  });

const whole = ({ model }: WireChatRequest, plan: Script): WireEvent =>
  wire.data(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: '' }, logprobs: null, finish_reason: 'stop' }],
      usage: usageOf(plan),
    }),
  );
