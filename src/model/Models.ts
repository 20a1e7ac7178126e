import type { Limits, Tier } from './Limits.ts';

/** US dollars per million tokens. */
export interface Price {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cachedInput?: number | undefined;
}

/** The properties of a model that are known without asking Groq. */
export interface ModelInfo {
  readonly kind: 'chat' | 'transcription' | 'speech' | 'guard';
  /** In tokens, prompt and completion together. */
  readonly contextWindow: number;
  /** In tokens. */
  readonly maxCompletionTokens: number;
  readonly price?: Price;
  readonly limits: Readonly<Partial<Record<Tier, Limits>>>;
}

/** A model that Groq no longer serves. */
export interface RetiredModel {
  /** The day after which requests fail, as `YYYY-MM-DD`. Absent if it is not known. */
  readonly on?: string;
  /** The model to use instead. */
  readonly replacement: ModelId;
}

const GPT_OSS = {
  kind: 'chat',
  contextWindow: 131_072,
  maxCompletionTokens: 65_536,
} as const;

const FREE: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };

const CATALOGUE = {
  'openai/gpt-oss-20b': {
    ...GPT_OSS,
    price: { input: 0.075, output: 0.3, cachedInput: 0.0375 },
    limits: { free: FREE, developer: { rpm: 1_000, rpd: 500_000, tpm: 250_000 } },
  },
  'openai/gpt-oss-120b': {
    ...GPT_OSS,
    price: { input: 0.15, output: 0.6, cachedInput: 0.075 },
    limits: { free: FREE, developer: { rpm: 1_000, rpd: 500_000, tpm: 250_000 } },
  },
  'openai/gpt-oss-safeguard-20b': {
    ...GPT_OSS,
    price: { input: 0.075, output: 0.3 },
    limits: { free: FREE, developer: { rpm: 1_000, rpd: 500_000, tpm: 150_000 } },
  },
  'qwen/qwen3.8-27b': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 16_384,
    limits: { free: { ...FREE, itpm: 7_000, otpm: 1_000 } },
  },
  'groq/compound': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 8_192,
    limits: { free: { rpm: 30, rpd: 250, tpm: 70_000 }, developer: { rpm: 200, rpd: 20_000, tpm: 200_000 } },
  },
  'groq/compound-mini': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 8_192,
    limits: { free: { rpm: 30, rpd: 250, tpm: 70_000 }, developer: { rpm: 200, rpd: 20_000, tpm: 200_000 } },
  },
  'whisper-large-v3': {
    kind: 'transcription',
    contextWindow: 448,
    maxCompletionTokens: 448,
    limits: {
      free: { rpm: 20, rpd: 2_000, ash: 7_200, asd: 28_800 },
      developer: { rpm: 300, rpd: 200_000, ash: 200_000, asd: 4_000_000 },
    },
  },
  'whisper-large-v3-turbo': {
    kind: 'transcription',
    contextWindow: 448,
    maxCompletionTokens: 448,
    limits: {
      free: { rpm: 20, rpd: 2_000, ash: 7_200, asd: 28_800 },
      developer: { rpm: 400, rpd: 200_000, ash: 400_000, asd: 4_000_000 },
    },
  },
  'canopylabs/orpheus-v1-english': {
    kind: 'speech',
    contextWindow: 4_000,
    maxCompletionTokens: 50_000,
    limits: {
      free: { rpm: 10, rpd: 100, tpm: 1_200, tpd: 3_600 },
      developer: { rpm: 250, rpd: 100_000, tpm: 50_000 },
    },
  },
  'canopylabs/orpheus-arabic-saudi': {
    kind: 'speech',
    contextWindow: 4_000,
    maxCompletionTokens: 50_000,
    limits: {
      free: { rpm: 10, rpd: 100, tpm: 1_200, tpd: 3_600 },
      developer: { rpm: 250, rpd: 100_000, tpm: 50_000 },
    },
  },
  'meta-llama/llama-prompt-guard-2-22m': {
    kind: 'guard',
    contextWindow: 512,
    maxCompletionTokens: 512,
    price: { input: 0.03, output: 0.03 },
    limits: {
      free: { rpm: 30, rpd: 14_400, tpm: 15_000, tpd: 500_000 },
      developer: { rpm: 100, rpd: 50_000, tpm: 30_000 },
    },
  },
  'meta-llama/llama-prompt-guard-2-86m': {
    kind: 'guard',
    contextWindow: 512,
    maxCompletionTokens: 512,
    price: { input: 0.04, output: 0.04 },
    limits: {
      free: { rpm: 30, rpd: 14_400, tpm: 15_000, tpd: 500_000 },
      developer: { rpm: 100, rpd: 50_000, tpm: 30_000 },
    },
  },
  'allam-2-7b': {
    kind: 'chat',
    contextWindow: 4_096,
    maxCompletionTokens: 4_096,
    limits: { free: { rpm: 30, rpd: 7_000, tpm: 6_000, tpd: 500_000 } },
  },
} satisfies Record<string, ModelInfo>;

type Catalogue = typeof CATALOGUE;

/** Groq's id of a model, such as `openai/gpt-oss-20b`. */
export type ModelId = string;

/** The id of a chat model. Editors suggest those that Groq serves; any other id is allowed too. */
export type ChatModelId =
  | { [Id in keyof Catalogue]: Catalogue[Id]['kind'] extends 'chat' ? Id : never }[keyof Catalogue]
  | (ModelId & Record<never, never>);

/**
 * Groq's models as of November 2026, with the limits of the free and the developer plan.
 *
 * @see https://console.groq.com/docs/models
 * @see https://console.groq.com/docs/rate-limits
 */
export const MODELS: ReadonlyMap<ModelId, ModelInfo> = new Map<ModelId, ModelInfo>(Object.entries(CATALOGUE));

/**
 * The models that Groq no longer serves, and their replacements.
 *
 * @see https://console.groq.com/docs/deprecations
 */
export const RETIRED_MODELS: ReadonlyMap<ModelId, RetiredModel> = new Map<ModelId, RetiredModel>([
  ['llama-3.3-70b-versatile', { on: '2026-08-16', replacement: 'openai/gpt-oss-120b' }],
  ['llama-3.1-8b-instant', { on: '2026-08-16', replacement: 'openai/gpt-oss-20b' }],
  ['meta-llama/llama-4-scout-17b-16e-instruct', { on: '2026-07-17', replacement: 'openai/gpt-oss-120b' }],
  ['meta-llama/llama-4-maverick-17b-128e-instruct', { on: '2026-03-09', replacement: 'openai/gpt-oss-120b' }],
  ['qwen/qwen3-32b', { replacement: 'qwen/qwen3.8-27b' }],
  ['moonshotai/kimi-k2-instruct', { replacement: 'openai/gpt-oss-120b' }],
  ['moonshotai/kimi-k2-instruct-0905', { replacement: 'openai/gpt-oss-120b' }],
  ['meta-llama/llama-guard-4-12b', { replacement: 'openai/gpt-oss-safeguard-20b' }],
  ['playai-tts', { replacement: 'canopylabs/orpheus-v1-english' }],
  ['playai-tts-arabic', { replacement: 'canopylabs/orpheus-arabic-saudi' }],
  ['deepseek-r1-distill-llama-70b', { on: '2025-10-02', replacement: 'openai/gpt-oss-120b' }],
  ['gemma2-9b-it', { on: '2025-10-08', replacement: 'openai/gpt-oss-20b' }],
  ['llama-3.1-70b-versatile', { on: '2025-01-24', replacement: 'openai/gpt-oss-120b' }],
  ['llama3-8b-8192', { on: '2025-08-30', replacement: 'openai/gpt-oss-20b' }],
  ['llama3-70b-8192', { on: '2025-08-30', replacement: 'openai/gpt-oss-120b' }],
  ['mixtral-8x7b-32768', { on: '2025-03-20', replacement: 'openai/gpt-oss-20b' }],
]);

/** The model of requests that name none. */
export const DEFAULT_MODEL: ModelId = 'openai/gpt-oss-20b';
