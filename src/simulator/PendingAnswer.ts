import type { Usage } from '../model/Usage.ts';
import { natural } from '../rules/counting/cost.ts';
import type { AdmittedRequest } from '../rules/serverModel/Ruling.ts';
import type { CheckedChatRequest } from './checkChatRequest.ts';
import { type Draft, written } from './Draft.ts';
import type { AnswerFault } from './Fault.ts';
import type { Headers, HttpExchange } from './HttpExchange.ts';
import type { Pace } from './pace.ts';
import type { Head } from './renderCompletion.ts';
import type { Simulation } from './Simulation.ts';
import { renderUsage } from './usage.ts';

/** An admitted request that is being answered. */
export interface PendingAnswer {
  readonly simulation: Simulation;
  readonly exchange: HttpExchange;
  readonly call: CheckedChatRequest;
  /** The `x-ratelimit-*` headers on its admission. */
  readonly headers: Headers;
  readonly head: Head;
  readonly draft: Draft;
  readonly fault: AnswerFault | undefined;
  readonly pace: Pace;
  /** The time of its admission, by the simulator's clock. */
  readonly startedAt: number;
  /** The usage of the complete answer. */
  readonly usage: Usage;
  /**
   * Settles the usage: of the complete answer, or of the prompt and the first pieces. Only the first call has an
   * effect, and returns true.
   */
  end(pieces?: number): boolean;
}

/** The tokens of a prompt. */
export interface Prompt {
  readonly tokens: number;
  readonly cached: number;
}

/** Begins an answer. */
export function beginAnswer(
  begun: Omit<PendingAnswer, 'pace' | 'usage' | 'end'>,
  prompt: Prompt,
  admission: AdmittedRequest,
): PendingAnswer {
  const { simulation, call, draft } = begun;
  const { firstToken, tokensPerSecond } = simulation.options;
  const pace = { firstToken, tokensPerSecond };
  const usage = draft.usage ?? renderUsage(prompt, written(draft), pace);
  let ended = false;

  return {
    ...begun,
    pace,
    usage,
    end(pieces) {
      if (ended) return false;
      ended = true;
      const consumption =
        pieces === undefined
          ? {
              // The option `reply` may report anything. What is not a number would stay in the limits forever.
              promptTokens: natural(usage.prompt_tokens),
              completionTokens: natural(usage.completion_tokens),
              cachedTokens: natural(usage.prompt_tokens_details?.cached_tokens),
            }
          : {
              promptTokens: prompt.tokens,
              completionTokens: written(draft, pieces).completionTokens,
              cachedTokens: prompt.cached,
            };
      call.model.server.settle(simulation.clock.now(), admission, consumption);
      simulation.recorder.ended(call.model.id, consumption);
      return true;
    },
  };
}
