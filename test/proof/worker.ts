/** Proves a part of a claim in a separate process: `worker.ts <claim> <first seed> <last seed>`. Prints JSON. */
import { CLAIM_NAMES, prove, range } from './prove.ts';

const [, , name, from, to] = process.argv;
const known = CLAIM_NAMES.find((each) => each === name);
if (known === undefined) throw new Error(`There is no claim ${name ?? ''}.`);
process.stdout.write(JSON.stringify(prove(known, range(Number(from), Number(to)))));
