import type { Cost } from '../../model/Cost.ts';

/** The properties of a request that the server knows at admission. */
export interface Claim {
  /** The exact number of tokens of the prompt. */
  readonly promptTokens: number;
  /** A rough estimate of that number. The exact number if absent. */
  readonly roughPromptTokens?: number | undefined;
  /** The `max_completion_tokens` of the request, if any. */
  readonly maxCompletionTokens?: number | undefined;
  /** Seconds of audio. */
  readonly audioSeconds?: number | undefined;
}

/** The usage of a request, which the server knows when it has ended. */
export interface Consumption {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The cached tokens of the prompt, which do not count. */
  readonly cachedTokens?: number | undefined;
}

/** How a server charges requests. */
export interface ChargeModel {
  /** The charge at admission, which must fit. */
  readonly admission: (claim: Claim) => Cost;
  /** The charge that replaces it when the request has ended. */
  readonly completion: (claim: Claim, consumption: Consumption) => Cost;
}

/** The names of the predefined charge models. */
export type ChargeModelName = 'max' | 'post' | 'keep';

/** Groq's charge for the completion of a request without `max_completion_tokens`. */
const OPEN_COMPLETION = 1;

const max: ChargeModel = {
  admission({ promptTokens, maxCompletionTokens = OPEN_COMPLETION, audioSeconds = 0 }) {
    return {
      requests: 1,
      tokens: promptTokens + maxCompletionTokens,
      inputTokens: promptTokens,
      outputTokens: maxCompletionTokens,
      audioSeconds,
    };
  },
  completion({ audioSeconds = 0 }, { promptTokens, completionTokens, cachedTokens = 0 }) {
    return {
      requests: 1,
      tokens: promptTokens - cachedTokens + completionTokens,
      inputTokens: promptTokens - cachedTokens,
      outputTokens: completionTokens,
      audioSeconds,
    };
  },
};

/**
 * How servers charge.
 *
 * - `max`: at admission, the prompt and `max_completion_tokens`, or one token if that is missing; at the end, the usage
 *   without cached tokens. Groq's limits of 2026 do the former; the latter is the most likely assumption.
 * - `post`: at admission, a rough estimate of the prompt; at the end, the usage. These are Groq's limits of 2024.
 * - `keep`: like `max`, but the charge at admission is never refunded.
 *
 * @see https://console.groq.com/docs/rate-limits
 * @see https://console.groq.com/docs/prompt-caching for cached tokens
 */
export const CHARGE_MODELS: Readonly<Record<ChargeModelName, ChargeModel>> = {
  max,
  post: {
    admission({ promptTokens, roughPromptTokens = promptTokens, audioSeconds = 0 }) {
      return {
        requests: 1,
        tokens: roughPromptTokens,
        inputTokens: roughPromptTokens,
        outputTokens: 0,
        audioSeconds,
      };
    },
    completion: max.completion,
  },
  keep: {
    admission: max.admission,
    completion(claim, consumption) {
      const held = max.admission(claim);
      const used = max.completion(claim, consumption);
      return {
        requests: 1,
        tokens: Math.max(held.tokens, used.tokens),
        inputTokens: Math.max(held.inputTokens, used.inputTokens),
        outputTokens: Math.max(held.outputTokens, used.outputTokens),
        audioSeconds: used.audioSeconds,
      };
    },
  },
};
