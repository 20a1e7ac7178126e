// The floors of the house: imports go down only, and rooms on one floor are strangers unless a rule says otherwise.
const floors = {
  model: ['model'],
  errors: ['errors', 'model'],
  rules: ['rules', 'model', 'errors'],
  ports: ['ports', 'model', 'errors'],
  operators: ['operators', 'ports', 'rules', 'errors', 'model'],
  adapters: ['adapters', 'ports', 'rules', 'errors', 'model'],
  scheduler: ['scheduler', 'operators', 'ports', 'rules', 'errors', 'model'],
  client: ['client', 'scheduler', 'operators', 'adapters', 'ports', 'rules', 'errors', 'model'],
};

/** A wing sees the floors below the client and the client's public face, never another wing. */
const wings = ['simulator', 'testing'];
const face = 'src/(index|operators)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(floors).map(([floor, allowed]) => ({
      name: `floor-${floor}`,
      severity: 'error',
      from: { path: `^src/${floor}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed.join('|')})/` },
    })),
    ...wings.map((wing) => ({
      name: `wing-${wing}`,
      severity: 'error',
      from: { path: `^src/${wing}/` },
      to: { path: '^src/', pathNot: `^src/(${wing}|ports|rules|errors|model)/|${face}` },
    })),
    {
      name: 'cli-starts-others-through-their-index',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/', pathNot: `^src/(cli|rules|errors|model)/|${face}|^src/[a-z]+/index\\.ts$` },
    },
    {
      name: 'rules-are-pure',
      comment: 'No stream, no clock and no input or output below the ports.',
      severity: 'error',
      from: { path: '^src/(rules|errors)/' },
      to: { path: '^(rxjs|undici|node:)|node_modules/(rxjs|undici)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-model-shares-nothing-with-the-limits',
      comment: 'What agrees with itself proves nothing.',
      severity: 'error',
      from: { path: '^src/rules/serverModel' },
      to: { path: '^src/rules/limits/' },
    },
    {
      name: 'limits-share-nothing-with-the-server-model',
      severity: 'error',
      from: { path: '^src/rules/limits/' },
      to: { path: '^src/rules/serverModel' },
    },
    {
      name: 'only-the-transport-knows-undici',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/(Connector|undiciTransport)\\.ts$' },
      to: { path: 'node_modules/undici/' },
    },
    { name: 'no-tests-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|marbles|examples)/' } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['rxgroq-source', 'import', 'node'] },
  },
};
