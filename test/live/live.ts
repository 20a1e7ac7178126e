import { afterAll, describe } from 'vitest';
import { createGroq, type Groq } from '../../src/index.ts';

const hasKey = (process.env['GROQ_API_KEY'] ?? '').trim() !== '';

/** Runs tests with a real client, or reports them as skipped without a key. */
export function live(name: string, tests: (groq: Groq) => void): void {
  if (!hasKey) console.warn(`${name}: skipped, since there is no GROQ_API_KEY.`);
  describe.skipIf(!hasKey)(name, () => {
    const groq = createGroq({ apiKey: hasKey ? undefined : 'none' });
    afterAll(() => groq.close());
    tests(groq);
  });
}
