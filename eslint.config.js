import { defineConfig } from 'eslint/config';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const MODULE_STATE = {
  selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
  message: 'State has an owner: a client, a store, or one subscription.',
};
const ENVIRONMENT = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only the config and the command line read the environment.',
};
const SYSTEM_TIME = {
  selector:
    ':matches(NewExpression[callee.name="Date"][arguments.length=0], MemberExpression[object.name="performance"], ' +
    'MemberExpression[object.name="Date"][property.name="now"], ' +
    'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/])',
  message: 'The clock is the scheduler of the config: virtual time must reach everything below the client.',
};
const SYSTEM_RANDOM = {
  selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
  message: 'Randomness comes from the config, so that a seed repeats a run.',
};

export default defineConfig(
  { ignores: ['dist', 'coverage', 'docs', 'test/bench/peers', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, rxjsX.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'rxjs-x/finnish': 'off',
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'undici',
          message: "Import 'undici/index.js': Bun replaces 'undici' by a module that cannot dispatch.",
        },
      ],
      'no-restricted-syntax': ['error', MODULE_STATE, ENVIRONMENT],
    },
  },
  {
    files: ['src/client/config.ts', 'src/client/loadConfig.ts', 'src/cli/loadEnvironment.ts'],
    rules: { 'no-restricted-syntax': ['error', MODULE_STATE] },
  },
  {
    files: ['src/{model,errors,rules,ports,operators,scheduler}/**/*.ts'],
    ignores: ['src/ports/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', MODULE_STATE, ENVIRONMENT, SYSTEM_TIME, SYSTEM_RANDOM] },
  },
  {
    // The one place that builds on rxjs's own Subscriber, in the form that rxjs 8 offers to everybody.
    files: ['src/operators/internal/operate.ts'],
    rules: { 'rxjs-x/no-subclass': 'off', '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['test/**/*.ts', 'marbles/**/*.ts', 'examples/**/*.ts'],
    rules: {
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-ignored-subscribe': 'off',
      'rxjs-x/no-ignored-subscription': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },
);
