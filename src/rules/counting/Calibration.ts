import type { TokenCount } from '../../model/TokenCount.ts';
import { FEATURES, type Feature, type PromptFeatures } from './promptFeatures.ts';

/** The belief about a coefficient: its mean and its standard deviation. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

/** The belief about each feature's coefficient before any report. */
export type Prior = Readonly<Record<Feature, Belief>>;

/**
 * How far the upper bound is above the estimate, in standard deviations. In a normal distribution, 3.1 of them cover
 * 99.9 % of the prompts; another 0.5 is for heavier tails.
 */
const BOUND_DEVIATIONS = 3.6;
/** The standard deviation of a report from its estimate: this many tokens, plus this share of the estimate. */
const NOISE = { tokens: 0.7, share: 0.02 } as const;
/** The error of an outlier, in standard deviations. Outliers have no more influence than a report at this limit. */
const OUTLIER = 4;
/** The share of the prior's variance that each report restores, since templates change. */
const FORGETTING = { always: 1e-4, outlier: 0.05 } as const;
/** The weight of the newest report in the average of squared errors. */
const SPREAD_WEIGHT = 0.1;

const SIZE = FEATURES.length;

/**
 * Learns how many tokens a model's prompts have: a coefficient for each {@link PromptFeatures | feature}, from the
 * `prompt_tokens` that Groq reports.
 *
 * It is a Bayesian linear regression that is updated with each report. At first it uses its prior and gives wide
 * bounds; each report improves the coefficients of its features and narrows the bounds. One outlier has little
 * influence, several that agree have more. The state is a vector and a matrix of fixed size.
 *
 * @example
 * const calibration = new Calibration(priorOf('qwen/qwen3.8-27b'));
 * calibration.estimate(features); // => { tokens: 21, bound: 31, exact: false }
 * calibration.observe(features, 23);
 * calibration.estimate(features); // => { tokens: 23, bound: 29, exact: false }
 */
export class Calibration {
  readonly #means: Float64Array;
  /** The covariance of the coefficients: a symmetric matrix by rows. */
  readonly #covariance = new Float64Array(SIZE * SIZE);
  readonly #variances: Float64Array;
  /** The average of squared errors, relative to the variance: 1 if the bounds have the right width. */
  #spread = 1;

  constructor(prior: Prior) {
    this.#means = Float64Array.from(FEATURES, (feature) => prior[feature].mean);
    this.#variances = Float64Array.from(FEATURES, (feature) => prior[feature].deviation ** 2);
    for (const [i, variance] of this.#variances.entries()) this.#covariance[i * SIZE + i] = variance;
  }

  /** Estimates the tokens of a prompt, with an upper bound that holds for 99.9 % of similar prompts. */
  estimate(features: PromptFeatures): TokenCount {
    const { mean, variance } = this.#predict(vectorOf(features));
    const margin = BOUND_DEVIATIONS * Math.sqrt(variance * Math.max(1, this.#spread));
    return { tokens: Math.max(1, Math.round(mean)), bound: Math.max(1, Math.ceil(mean + margin)), exact: false };
  }

  /** Learns from the `prompt_tokens` that Groq reported for a prompt. */
  observe(features: PromptFeatures, promptTokens: number): void {
    if (!Number.isFinite(promptTokens) || promptTokens < 0) return;
    const vector = vectorOf(features);
    const { mean, variance, leaning } = this.#predict(vector);
    const error = promptTokens - mean;
    const isOutlier = Math.abs(error) > OUTLIER * Math.sqrt(variance);
    this.#spread += SPREAD_WEIGHT * (Math.min(error ** 2 / variance, OUTLIER ** 2) - this.#spread);

    // A larger variance for an outlier, so that it has no more influence than a report just within the limit.
    const weight = isOutlier ? (error / OUTLIER) ** 2 : variance;
    for (let i = 0; i < SIZE; i++) {
      const gain = (leaning[i] as number) / weight;
      this.#means[i] = (this.#means[i] as number) + gain * error;
      for (let j = 0; j < SIZE; j++) this.#add(i, j, -gain * (leaning[j] as number));
    }
    const forgotten = isOutlier ? FORGETTING.outlier : FORGETTING.always;
    for (const [i, prior] of this.#variances.entries()) {
      this.#add(i, i, Math.min(forgotten * prior, Math.max(0, prior - (this.#covariance[i * SIZE + i] as number))));
    }
  }

  #add(row: number, column: number, value: number): void {
    const at = row * SIZE + column;
    this.#covariance[at] = (this.#covariance[at] as number) + value;
  }

  #predict(vector: Float64Array): { mean: number; variance: number; leaning: Float64Array } {
    // The covariance of each coefficient with the prediction.
    const leaning = new Float64Array(SIZE);
    let mean = 0;
    let variance = 0;
    for (let i = 0; i < SIZE; i++) {
      let sum = 0;
      for (let j = 0; j < SIZE; j++) sum += (this.#covariance[i * SIZE + j] as number) * (vector[j] as number);
      leaning[i] = sum;
      mean += (this.#means[i] as number) * (vector[i] as number);
      variance += sum * (vector[i] as number);
    }
    const noise = NOISE.tokens + NOISE.share * Math.max(0, mean);
    return { mean, variance: Math.max(0, variance) + noise ** 2, leaning };
  }
}

function vectorOf(features: PromptFeatures): Float64Array {
  return Float64Array.from(FEATURES, (feature) => features[feature]);
}
