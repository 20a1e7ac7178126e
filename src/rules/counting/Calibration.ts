import type { TokenCount } from '../../model/TokenCount.ts';
import { FEATURES, type Feature, type PromptFeatures } from './promptFeatures.ts';

/** What is believed of a coefficient: its likeliest value, and how far off that may be (one standard deviation). */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

/** What is believed of each feature's coefficient before anything was observed. */
export type Prior = Readonly<Record<Feature, Belief>>;

/**
 * How far above the estimate the bound is, in standard deviations. In a normal distribution 3.1 of them hold for 99.9 %
 * of the prompts; a half more is for heavier tails.
 */
const BOUND_DEVIATIONS = 3.6;
/** The standard deviation of a report around its estimate: this many tokens, and this share of the estimate. */
const NOISE = { tokens: 0.7, share: 0.02 } as const;
/** In standard deviations: a report that is farther off counts only as far as this. */
const OUTLIER = 4;
/** The share of the prior's variance that comes back with each report, since templates change. */
const FORGETTING = { always: 1e-4, outlier: 0.05 } as const;
/** The weight of the newest report in the average of squared errors. */
const SPREAD_WEIGHT = 0.1;

const SIZE = FEATURES.length;

/**
 * Learns how a model's prompts turn into tokens: a coefficient for each {@link PromptFeatures | feature}, from the
 * `prompt_tokens` that Groq reports.
 *
 * It is a Bayesian linear regression, one report at a time: at first it believes its prior and gives wide bounds, and
 * with each report it comes closer and gets surer of what the report was about. A report that does not fit moves it
 * little, several that agree move it all the same. Its state is a vector and a matrix, whatever it has seen.
 *
 * @example
 * const calibration = new Calibration(priorOf('qwen/qwen3.8-27b'));
 * calibration.estimate(features); // => { tokens: 21, bound: 31, exact: false }
 * calibration.observe(features, 23);
 * calibration.estimate(features); // => { tokens: 23, bound: 29, exact: false }
 */
export class Calibration {
  readonly #means: Float64Array;
  /** How uncertain the coefficients are, and how they hang together: a symmetric matrix by rows. */
  readonly #covariance = new Float64Array(SIZE * SIZE);
  readonly #variances: Float64Array;
  /** The average of squared errors, in variances: 1 when the bounds are as wide as they should be. */
  #spread = 1;

  constructor(prior: Prior) {
    this.#means = Float64Array.from(FEATURES, (feature) => prior[feature].mean);
    this.#variances = Float64Array.from(FEATURES, (feature) => prior[feature].deviation ** 2);
    for (const [i, variance] of this.#variances.entries()) this.#covariance[i * SIZE + i] = variance;
  }

  /** Estimates the tokens of a prompt, with a bound that holds for 99.9 % of those like it. */
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

    // A larger variance for an outlier, so that it pulls no harder than a report just within the limit.
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
    // How each coefficient leans when the prediction is off: the covariance times the features.
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
