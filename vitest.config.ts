import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['rxgroq-source'] },
  ssr: { resolve: { conditions: ['rxgroq-source'], externalConditions: ['rxgroq-source'] } },
  test: {
    include: ['test/**/*.spec.ts'],
    execArgv: ['--expose-gc', '--conditions=rxgroq-source'],
    typecheck: { include: ['test/types/**/*.spec-d.ts'] },
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
});
