import { defineConfig, type Options } from 'tsup';

const library = {
  index: 'src/index.ts',
  operators: 'src/operators.ts',
  simulator: 'src/simulator/index.ts',
  testing: 'src/testing/index.ts',
};

const common: Options = {
  target: 'node22.19',
  platform: 'node',
  dts: { entry: library },
  // One copy of every shared class across the subpaths and the command line, in CommonJS as well.
  splitting: true,
  sourcemap: true,
  treeshake: true,
  // The package has the sources themselves.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
};

export default defineConfig([
  { ...common, entry: { ...library, cli: 'src/cli/main.ts' }, format: 'esm', clean: true },
  { ...common, entry: library, format: 'cjs' },
]);
