import type { ChatRequest } from '../model/ChatRequest.ts';
import type { ModelId } from '../model/Models.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { type Bpe, createBpe } from '../rules/counting/bpe.ts';
import { Calibration } from '../rules/counting/Calibration.ts';
import { CountCache } from '../rules/counting/CountCache.ts';
import type { CountText } from '../rules/counting/CountText.ts';
import { countChatTemplate, hasChatTemplate } from '../rules/counting/chatTemplate.ts';
import { CLOSED_OBJECT } from '../rules/counting/harmony/developerMessage.ts';
import { priorOf } from '../rules/counting/modelPriors.ts';
import { imageUncertainty, promptFeatures } from '../rules/counting/promptFeatures.ts';
import { LruMap } from '../rules/LruMap.ts';

/** What {@link tiktokenCounter} can be told. */
export interface TiktokenCounterOptions {
  /**
   * Loads the vocabulary: `bpe_ranks` as js-tiktoken keeps them. Called at most once, unless it fails.
   *
   * @default () => import('js-tiktoken/ranks/o200k_base').then((module) => module.default.bpe_ranks)
   */
  readonly ranks?: (() => Promise<string>) | undefined;
  /**
   * How much text is remembered with its count, in characters: up to twice as much is kept in memory. With 0, every
   * message is counted anew each time.
   *
   * @default 1_000_000
   */
  readonly cacheSize?: number | undefined;
}

/** A {@link TokenCounter} that has the vocabulary of the gpt-oss models, and learns of the others. */
export interface TiktokenCounter extends TokenCounter {
  /** Counts a prompt: at once when the vocabulary is loaded, and with a promise of the same before. */
  count(request: ChatRequest): TokenCount | Promise<TokenCount>;
  /**
   * Loads the vocabulary, which takes some 50 milliseconds, unless that was done before. Call it early and the first
   * request does not wait for it.
   */
  load(): Promise<void>;
  /**
   * Learns from the `prompt_tokens` that Groq reported for a request. Prompts of gpt-oss need no learning, except in
   * how the parameters of functions are written.
   */
  observe(request: ChatRequest, promptTokens: number): void;
  /**
   * Splits a text into tokens of o200k.
   *
   * @throws {Error} before the vocabulary is loaded.
   */
  encode(text: string): number[];
  /**
   * Puts tokens of o200k together to a text.
   *
   * @throws {Error} before the vocabulary is loaded.
   * @throws {RangeError} when there is no such token.
   */
  decode(tokens: readonly number[]): string;
}

interface Vocabulary {
  readonly bpe: Bpe;
  /** Counts a text, or remembers its count. */
  readonly count: CountText;
}

/**
 * The vocabularies by how they are loaded. One takes eight megabytes and some 50 ms to make and knows nothing of who
 * uses it, so all counters of a process have the same one.
 */
const VOCABULARIES = new WeakMap<() => Promise<string>, Promise<Bpe>>();

/** Of how many models the coefficients are kept. Groq serves some twenty at a time. */
const MAX_CALIBRATIONS = 64;

/**
 * Makes a counter that counts the prompts of the gpt-oss models as Groq does, and estimates those of all others from
 * what it was told that Groq reported. The bound of an estimate holds for 99.9 % of the prompts: it is wide at first,
 * and comes within some 15 % of the estimate with the first reports.
 *
 * It answers at once when the vocabulary is loaded, and with a promise of the same before.
 *
 * @example
 * const counter = tiktokenCounter();
 * await counter.load();
 * counter.count({ model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'hi' }] });
 * // => { tokens: 72, bound: 72, exact: true }
 */
export function tiktokenCounter(options: TiktokenCounterOptions = {}): TiktokenCounter {
  const { ranks = importRanks, cacheSize = 1_000_000 } = options;
  const calibrations = new LruMap<ModelId, Calibration>(MAX_CALIBRATIONS);
  /** What the template makes of closed objects, as far as was observed. */
  let closedObjectTokens = 0;
  let loading: Promise<void> | undefined;
  let loaded: Vocabulary | undefined;

  async function loadRanks(): Promise<void> {
    try {
      const bpe = await vocabularyFrom(ranks);
      const cache = new CountCache((part) => bpe.countTokens(part), cacheSize);
      loaded = { bpe, count: (part) => cache.count(part) };
    } catch (error) {
      loading = undefined;
      throw error;
    }
  }

  function load(): Promise<void> {
    return (loading ??= loadRanks());
  }

  function vocabulary(): Vocabulary {
    if (loaded) return loaded;
    throw new Error('The vocabulary of the counter is not loaded. Await `load()` first.');
  }

  function countWith({ count }: Vocabulary, request: ChatRequest): TokenCount {
    if (hasChatTemplate(request.model)) return countChatTemplate(request, count, { closedObjectTokens });
    const calibration = calibrations.get(request.model) ?? new Calibration(priorOf(request.model));
    const { tokens, bound, exact } = calibration.estimate(promptFeatures(request, count));
    return { tokens, bound: bound + imageUncertainty(request), exact };
  }

  function learn({ count }: Vocabulary, request: ChatRequest, promptTokens: number): void {
    // What an image took whose size is not known would be taken for what every image takes.
    if (imageUncertainty(request) > 0) return;
    const { model } = request;
    const calibration = calibrations.get(model) ?? new Calibration(priorOf(model));
    calibration.observe(promptFeatures(request, count), promptTokens);
    calibrations.set(model, calibration);
  }

  function learnTemplate({ count }: Vocabulary, request: ChatRequest, promptTokens: number): void {
    const errorWith = (tokens: number): number =>
      Math.abs(countChatTemplate(request, count, { closedObjectTokens: tokens }).tokens - promptTokens);
    const [open, closed] = [errorWith(0), errorWith(CLOSED_OBJECT)];
    if (open !== closed) closedObjectTokens = closed < open ? CLOSED_OBJECT : 0;
  }

  return {
    load,

    count: (request) => (loaded ? countWith(loaded, request) : load().then(() => countWith(vocabulary(), request))),

    observe(request, promptTokens) {
      if (loaded) (hasChatTemplate(request.model) ? learnTemplate : learn)(loaded, request, promptTokens);
    },

    encode: (text) => vocabulary().bpe.encode(text),
    decode: (tokens) => vocabulary().bpe.decode(tokens),
  };
}

function vocabularyFrom(ranks: () => Promise<string>): Promise<Bpe> {
  let vocabulary = VOCABULARIES.get(ranks);
  if (vocabulary === undefined) {
    vocabulary = ranks().then(createBpe);
    VOCABULARIES.set(ranks, vocabulary);
    // One that could not be loaded is tried again.
    vocabulary.catch(() => VOCABULARIES.delete(ranks));
  }
  return vocabulary;
}

async function importRanks(): Promise<string> {
  const { default: o200k } = await import('js-tiktoken/ranks/o200k_base');
  return o200k.bpe_ranks;
}
