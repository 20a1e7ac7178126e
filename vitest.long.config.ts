import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

// The same proofs as in the daily tests, with numbers that leave no room for luck. It takes minutes.
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['test/**/*.long.ts'], testTimeout: 3_600_000 },
});
