import type { ChatRequest } from '../model/ChatRequest.ts';
import { DIMENSIONS } from '../model/Dimension.ts';
import { levelsNow } from '../operators/internal/guardedStore.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { LruMap } from '../rules/LruMap.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import { OutputFit } from '../rules/request/OutputFit.ts';

/** The default for the fraction of completions that must fit. */
const QUANTILE = 0.95;

/** Of how many models and tenants the completions are remembered. */
const MAX_KINDS = 1_000;

/** Whether to lower `max_completion_tokens`, and the fraction of completions that must fit, 0.95 by default. */
export type FitOutput = boolean | { readonly quantile: number };

/** What is asked of {@link OutputFits}. */
export interface FitOptions {
  readonly tenant: string | undefined;
  readonly fitOutput: FitOutput;
}

/** Chooses `max_completion_tokens` from what completions of the same model and tenant have needed. */
export class OutputFits {
  readonly #store: LimitStore;
  readonly #kinds = new LruMap<string, OutputFit>(MAX_KINDS);
  /** The one that was used last, which is usually the next one too. */
  #latest: { readonly model: string; readonly tenant: string; readonly fit: OutputFit } | undefined;

  constructor(store: LimitStore) {
    this.#store = store;
  }

  /** The request, with a lower maximum if `fitOutput` is on and the request has a maximum. */
  fit(request: ChatRequest, promptTokens: number, { tenant, fitOutput }: FitOptions): ChatRequest {
    const asked = askedOutput(request);
    if (fitOutput === false || asked === undefined) return request;
    const quantile = fitOutput === true ? QUANTILE : fitOutput.quantile;
    const room = this.#room(request.model, promptTokens);
    // A prompt that is too long by itself leaves no room: the limits refuse it with the right error.
    const fitted = this.#of(request.model, tenant).fit(asked, room < 1 ? Infinity : room, quantile);
    if (fitted >= asked) return request;
    const isOld = typeof request.max_completion_tokens !== 'number';
    return isOld ? { ...request, max_tokens: fitted } : { ...request, max_completion_tokens: fitted };
  }

  /** Notes how many tokens the completion of a request had. */
  observe(request: ChatRequest, tenant: string | undefined, completionTokens: number): void {
    const most = askedOutput(request) ?? Infinity;
    // It is not known how long a completion would have been that was cut off.
    this.#of(request.model, tenant).observe(completionTokens < most ? completionTokens : Infinity);
  }

  #of(model: string, tenant = ''): OutputFit {
    const latest = this.#latest;
    if (latest?.model === model && latest.tenant === tenant) return latest.fit;
    const name = `${model}\n${tenant}`;
    const fit = this.#kinds.get(name) ?? new OutputFit();
    this.#latest = { model, tenant, fit };
    this.#kinds.set(name, fit);
    return fit;
  }

  /** How many tokens of completion the smallest bucket can hold beside the prompt, as far as the store can tell now. */
  #room(model: string, promptTokens: number): number {
    let room = Infinity;
    // Without its levels the store still refuses what can never fit.
    for (const { dimension, limit } of levelsNow(this.#store, model) ?? []) {
      const { unit } = DIMENSIONS[dimension];
      if (unit === 'tokens') room = Math.min(room, limit - promptTokens);
      else if (unit === 'outputTokens') room = Math.min(room, limit);
    }
    return room;
  }
}
