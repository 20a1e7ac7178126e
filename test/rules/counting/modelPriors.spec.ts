import { describe, expect, it } from 'vitest';
import { priorOf } from '../../../src/rules/counting/modelPriors.ts';
import { FEATURES } from '../../../src/rules/counting/promptFeatures.ts';

const models = [
  'llama-3.3-70b-versatile',
  'llama3-8b-8192',
  'meta-llama/llama-4-scout-17b-16e-instruct',
  'meta-llama/llama-guard-4-12b',
  'deepseek-r1-distill-llama-70b',
  'moonshotai/kimi-k2-instruct-0905',
  'qwen/qwen3.8-27b',
  'groq/compound-mini',
  'somebody/something',
];

describe('priorOf', () => {
  it.each(models)('should have a mean and a deviation for every feature of %s', (model) => {
    const prior = priorOf(model);
    for (const feature of FEATURES) {
      expect(prior[feature].mean, feature).not.toBeNaN();
      expect(prior[feature].deviation, feature).toBeGreaterThan(0);
    }
  });

  it('should recognize each family by its name', () => {
    const frames = models.map((model) => priorOf(model).prompt.mean);
    expect(frames).toEqual([35, 10, 10, 180, 3, 25, 8, 4_000, 15]);
  });

  it('should be least certain about unknown models', () => {
    const unknown = priorOf('somebody/something');
    const known = priorOf('llama-3.3-70b-versatile');
    for (const feature of FEATURES) {
      expect(unknown[feature].deviation, feature).toBeGreaterThanOrEqual(known[feature].deviation);
    }
  });
});
