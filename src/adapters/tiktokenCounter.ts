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

/** Options of {@link tiktokenCounter}. */
export interface TiktokenCounterOptions {
  /**
   * Loads the vocabulary, in the format of `bpe_ranks` in js-tiktoken. Called at most once, unless it fails.
   *
   * @default () => import('js-tiktoken/ranks/o200k_base').then((module) => module.default.bpe_ranks)
   */
  readonly ranks?: (() => Promise<string>) | undefined;
  /**
   * How much text is cached with its count, in characters; up to twice as much is kept in memory. With 0, nothing is
   * cached.
   *
   * @default 1_000_000
   */
  readonly cacheSize?: number | undefined;
}

/** A {@link TokenCounter} that has the vocabulary of the gpt-oss models, and learns about the others. */
export interface TiktokenCounter extends TokenCounter {
  /** Counts a prompt: synchronously if the vocabulary is loaded, otherwise with a promise. */
  count(request: ChatRequest): TokenCount | Promise<TokenCount>;
  /**
   * Loads the vocabulary, unless it is loaded already, which takes about 50 milliseconds. Call it early, so that the
   * first request does not have to wait for it.
   */
  load(): Promise<void>;
  /**
   * Learns from the `prompt_tokens` that Groq reported for a request. For gpt-oss it only learns how the parameters of
   * functions are written.
   */
  observe(request: ChatRequest, promptTokens: number): void;
  /**
   * Encodes a text as tokens of o200k.
   *
   * @throws {Error} if the vocabulary is not loaded yet.
   */
  encode(text: string): number[];
  /**
   * Decodes tokens of o200k to a text.
   *
   * @throws {Error} if the vocabulary is not loaded yet.
   * @throws {RangeError} if a token does not exist.
   */
  decode(tokens: readonly number[]): string;
}

interface Vocabulary {
  readonly bpe: Bpe;
  /** Counts a text, with a cache. */
  readonly count: CountText;
}

/**
 * The vocabularies, by their loader. One takes eight megabytes and about 50 ms to create and has no state of its users,
 * so all counters of a process share it.
 */
const VOCABULARIES = new WeakMap<() => Promise<string>, Promise<Bpe>>();

/** For how many models coefficients are kept. Groq serves about twenty at a time. */
const MAX_CALIBRATIONS = 64;

/**
 * Creates a counter that counts the prompts of the gpt-oss models as Groq does, and estimates those of all other models
 * from the counts that Groq has reported. The bound of an estimate holds for 99.9 % of the prompts: it is wide at
 * first, and comes within about 15 % of the estimate with the first reports.
 *
 * It is synchronous if the vocabulary is loaded, and returns a promise otherwise.
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
