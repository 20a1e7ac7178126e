import { defineConfig } from 'vitest/config';

// What decides about a mutant is what says what a rule is to do: the specs of the rules and of the store. They run in
// threads, which take none of the flags that other specs need.
export default defineConfig({
  test: {
    include: [
      'test/rules/**/*.spec.ts',
      'test/adapters/memoryLimitStore.spec.ts',
      // `trimming` is a generator that these two operators drive.
      'test/operators/trim*.spec.ts',
    ],
    testTimeout: 120_000,
    env: { RXGROQ_LIGHTER: '20' },
  },
});
