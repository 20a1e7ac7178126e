import { defineConfig } from 'vitest/config';

// Tests and the programs that they start read the sources, not the build.
const condition = 'rxgroq-source';

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition], externalConditions: [condition] } },
  test: {
    include: ['test/**/*.spec.ts'],
    // For the programs that some tests start, on a machine that is busy. No test is about time.
    testTimeout: 60_000,
    execArgv: ['--expose-gc', `--conditions=${condition}`],
    // Vitest leaves one core alone, and CI has two.
    maxWorkers: '100%',
    reporters: ['default', './test/util/closingLine.ts'],
    typecheck: { include: ['test/types/**/*.spec-d.ts'] },
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
});
