import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

// With Groq itself, and the key of whoever runs them: a handful of small requests, one after the other.
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['test/**/*.live.ts'], fileParallelism: false, testTimeout: 120_000 },
});
