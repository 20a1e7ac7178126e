import type { Cost } from '../../model/Cost.ts';

/** What the server knows of a request when it decides whether to admit it. */
export interface Claim {
  /** Tokens of the prompt, counted exactly. */
  readonly promptTokens: number;
  /** Tokens of the prompt, guessed cheaply. The exact count when absent. */
  readonly roughPromptTokens?: number | undefined;
  /** The `max_completion_tokens` of the request, where it has one. */
  readonly maxCompletionTokens?: number | undefined;
  /** Seconds of audio. */
  readonly audioSeconds?: number | undefined;
}

/** What the server knows of a request when it has ended. */
export interface Consumption {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tokens of the prompt that came out of the cache: they do not count. */
  readonly cachedTokens?: number | undefined;
}

/** What a server charges, and when. */
export interface ChargeModel {
  /** What has to fit, and is charged, when the request is admitted. */
  readonly admission: (claim: Claim) => Cost;
  /** What is charged in its place when the request has ended. */
  readonly completion: (claim: Claim, consumption: Consumption) => Cost;
}

/** The charge models that have a name. */
export type ChargeModelName = 'max' | 'post' | 'keep';

/** Groq counts one token for a completion whose length the request leaves open. */
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
 * - `max`: the prompt and `max_completion_tokens`, or one token where there is none, at admission; what was used, without
 *   cached tokens, at the end. Groq's limits of 2026 do the first; the second is the likeliest of what is not known.
 * - `post`: a rough guess at the prompt at admission, and what was used at the end: Groq's limits of 2024.
 * - `keep`: as `max`, but what was charged at admission is never given back.
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
