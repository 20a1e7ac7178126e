import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { DEFAULT_MODEL, MODELS, RETIRED_MODELS } from '../../src/model/Models.ts';

/** Reads limits as Groq's tables write them, such as `30/1K/8K`. */
const limits = (text: string, ...dimensions: readonly Dimension[]): Limits =>
  Object.fromEntries(
    text.split('/').map((amount, i): [string, number] => {
      return [String(dimensions[i]), Number.parseFloat(amount) * (amount.endsWith('K') ? 1_000 : 1)];
    }),
  );

/** The columns of the tables for models that read and write text, and for those that hear. */
const TEXT = ['rpm', 'rpd', 'tpm', 'tpd'] as const;
const AUDIO = ['rpm', 'rpd', 'ash', 'asd'] as const;

const USUAL = limits('30/1K/8K/200K', ...TEXT);

const SPOKEN = {
  kind: 'speech',
  contextWindow: 4_000,
  maxCompletionTokens: 50_000,
  limits: { free: limits('10/100/1.2K/3.6K', ...TEXT), developer: limits('250/100K/50K', ...TEXT) },
};

const COMPOUND = {
  kind: 'chat',
  contextWindow: 131_072,
  maxCompletionTokens: 8_192,
  limits: { free: limits('30/250/70K', ...TEXT), developer: limits('200/20K/200K', ...TEXT) },
};

const GUARD = {
  kind: 'guard',
  contextWindow: 512,
  maxCompletionTokens: 512,
  limits: { free: limits('30/14.4K/15K/500K', ...TEXT), developer: limits('100/50K/30K', ...TEXT) },
};

const HEARD = { kind: 'transcription', contextWindow: 448, maxCompletionTokens: 448 };
const HEARD_FREE = limits('20/2K/7200/28800', ...AUDIO);

/** Groq's tables of models, limits and prices, copied independently of the catalogue. */
const TABLES = {
  'openai/gpt-oss-20b': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 65_536,
    price: { input: 0.075, output: 0.3, cachedInput: 0.0375 },
    limits: { free: USUAL, developer: limits('1K/500K/250K', ...TEXT) },
  },
  'openai/gpt-oss-120b': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 65_536,
    price: { input: 0.15, output: 0.6, cachedInput: 0.075 },
    limits: { free: USUAL, developer: limits('1K/500K/250K', ...TEXT) },
  },
  'openai/gpt-oss-safeguard-20b': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 65_536,
    price: { input: 0.075, output: 0.3 },
    limits: { free: USUAL, developer: limits('1K/500K/150K', ...TEXT) },
  },
  'qwen/qwen3.8-27b': {
    kind: 'chat',
    contextWindow: 131_072,
    maxCompletionTokens: 16_384,
    limits: { free: { ...USUAL, itpm: 7_000, otpm: 1_000 } },
  },
  'groq/compound': COMPOUND,
  'groq/compound-mini': COMPOUND,
  'whisper-large-v3': {
    ...HEARD,
    limits: { free: HEARD_FREE, developer: limits('300/200K/200K/4000K', ...AUDIO) },
  },
  'whisper-large-v3-turbo': {
    ...HEARD,
    limits: { free: HEARD_FREE, developer: limits('400/200K/400K/4000K', ...AUDIO) },
  },
  'canopylabs/orpheus-v1-english': SPOKEN,
  'canopylabs/orpheus-arabic-saudi': SPOKEN,
  'meta-llama/llama-prompt-guard-2-22m': { ...GUARD, price: { input: 0.03, output: 0.03 } },
  'meta-llama/llama-prompt-guard-2-86m': { ...GUARD, price: { input: 0.04, output: 0.04 } },
  'allam-2-7b': {
    kind: 'chat',
    contextWindow: 4_096,
    maxCompletionTokens: 4_096,
    limits: { free: limits('30/7K/6K/500K', ...TEXT) },
  },
};

/** What Groq's list of deprecations says. */
const DEPRECATED: readonly (readonly [id: string, on?: string])[] = [
  ['llama-3.3-70b-versatile', '2026-08-16'],
  ['llama-3.1-8b-instant', '2026-08-16'],
  ['meta-llama/llama-4-scout-17b-16e-instruct', '2026-07-17'],
  ['meta-llama/llama-4-maverick-17b-128e-instruct', '2026-03-09'],
  ['qwen/qwen3-32b'],
  ['moonshotai/kimi-k2-instruct'],
  ['moonshotai/kimi-k2-instruct-0905'],
  ['meta-llama/llama-guard-4-12b'],
  ['playai-tts'],
  ['playai-tts-arabic'],
  ['deepseek-r1-distill-llama-70b', '2025-10-02'],
  ['gemma2-9b-it', '2025-10-08'],
  ['llama-3.1-70b-versatile', '2025-01-24'],
  ['llama3-8b-8192', '2025-08-30'],
  ['llama3-70b-8192', '2025-08-30'],
  ['mixtral-8x7b-32768', '2025-03-20'],
];

describe('MODELS', () => {
  it('should have the models, limits and prices of Groq', () => {
    expect(Object.fromEntries(MODELS)).toEqual(TABLES);
  });

  it('should have the default model', () => {
    expect(MODELS.get(DEFAULT_MODEL)?.kind).toBe('chat');
  });
});

describe('RETIRED_MODELS', () => {
  it('should have the models that Groq no longer serves, and the day after which it does not', () => {
    expect([...RETIRED_MODELS].map(([id, { on }]) => (on === undefined ? [id] : [id, on]))).toEqual(DEPRECATED);
  });

  it('should only recommend models that are served', () => {
    for (const [id, { replacement }] of RETIRED_MODELS) {
      expect(MODELS.has(id), id).toBe(false);
      expect(MODELS.has(replacement), replacement).toBe(true);
    }
  });
});
