import { inspect } from 'node:util';
import ranks from 'js-tiktoken/ranks/o200k_base';
import { from, map, of } from 'rxjs';
import { createGroq } from '../../src/index.ts';
import {
  constantCounter,
  countTokens,
  prioritize,
  throttleByBucket,
  tiktokenCounter,
  unlimitedStore,
} from '../../src/operators.ts';
import { createBpe } from '../../src/rules/counting/bpe.ts';
import { promptFeatures } from '../../src/rules/counting/promptFeatures.ts';
import { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';
import { fakeTransport } from '../../src/testing/index.ts';

// Names that examples use without an import.

export const apiKey = 'gsk_example';
export const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
export const request = { model: 'openai/gpt-oss-20b', messages };
export const transport = fakeTransport({ 'Why is the sky blue?': 'Because of the air.' });
export const counter = tiktokenCounter();
export const groq = createGroq({ transport, counter: constantCounter(72) });
export const requests$ = of(request);
export const grants$ = requests$.pipe(
  countTokens({ counter: constantCounter(72) }),
  prioritize(),
  throttleByBucket({ store: unlimitedStore() }),
);
export const bytes$ = from([
  'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"system_fingerprint":"fp_1"}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"system_fingerprint":"fp_1"}\n\ndata: [DONE]\n\n',
]).pipe(map((text) => new TextEncoder().encode(text)));
export const attempt = () => of('answered');
/** Shows a value to the user. */
export const show = (value: unknown): void => {
  inspect(value);
};
export const ask = (request: object): void => {
  show(request);
};

// Names that examples of internal modules use.

export { priorOf } from '../../src/rules/counting/modelPriors.ts';
export const bpe = createBpe(ranks.bpe_ranks);
export const features = promptFeatures(
  {
    model: 'qwen/qwen3.8-27b',
    messages: [{ role: 'user', content: 'one two three four five six seven eight nine ten eleven twelve thirteen' }],
  },
  (text) => bpe.countTokens(text),
);
export const body = { model: 'm', messages: [{ role: 'user', content: 'Hi', id: 1 }] };
const [first] = chatRequestSchema.safeParse(body).error?.issues ?? [];
if (first === undefined) throw new Error('Expected an issue.');
export const issue = first;
