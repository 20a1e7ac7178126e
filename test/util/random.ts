export { seeded } from '../../src/rules/seeded.ts';
