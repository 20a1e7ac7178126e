import { defineConfig } from 'tsup';

const target = 'node22.19';

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      operators: 'src/operators.ts',
      simulator: 'src/simulator/index.ts',
      testing: 'src/testing/index.ts',
    },
    format: ['esm', 'cjs'],
    target,
    platform: 'node',
    dts: true,
    // One copy of every shared class across the subpaths, in CommonJS as well.
    splitting: true,
    sourcemap: true,
    treeshake: true,
    clean: true,
  },
  {
    entry: { cli: 'src/cli/main.ts' },
    format: ['esm'],
    target,
    platform: 'node',
    sourcemap: true,
  },
]);
