import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type CheckedExample, check } from './check.ts';
import { docExamples } from './DocExample.ts';
import { counter, groq } from './prelude.ts';
import { run } from './run.ts';

const all = docExamples();

/** Examples that are not run, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'src/adapters/llama3Counter.ts': 'the tokenizer is not installed',
};

describe('the examples of the docstrings and the README', () => {
  let simulator: Simulator;
  let checked: readonly CheckedExample[];
  const at = (index: number): CheckedExample => checked[index] as CheckedExample;
  beforeAll(async () => {
    checked = check(all);
    await counter.load();
    simulator = await startSimulator({
      firstToken: 0,
      tokensPerSecond: Infinity,
      limits: false,
      reply: () => 'Hello!',
    });
    // Only the compiler takes time, and longer on a busy machine.
  }, 60_000);
  afterAll(async () => {
    await groq.close();
    await simulator.close();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('should be found in the README and in docstrings', () => {
    const files = new Set(all.map(({ file }) => file));
    for (const file of ['README.md', 'src/operators/send.ts', 'src/rules/goDuration.ts']) expect(files).toContain(file);
    expect(all.length).toBeGreaterThan(50);
  });

  it.each(all.map(({ name }, index) => ({ name, index })))('should have the right types: $name', ({ index }) => {
    expect(at(index).complaints).toEqual([]);
  });

  const inWords: string[] = [];
  const runnable = all.map(({ name, file }, index) => ({ name, file, index })).filter(({ file }) => !(file in NOT_RUN));
  it.each(runnable)('should return what their comments say: $name', async ({ index }) => {
    const ran = await run(at(index).module, simulator);
    inWords.push(...ran.inWords);
    expect(ran.expectations.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('should have a transport that counts a request as sent before it can have arrived', async () => {
    vi.stubGlobal('fetch', () => new Promise(() => undefined));
    const { module } = at(all.findIndex(({ file }) => file === 'src/ports/Transport.ts'));
    const watched = `transport.send({ method: 'GET', path: '/models' }).subscribe(({ type }) => console.log(type));`;
    const { expectations } = await run(`${module}\n${watched}\n// => sent`, simulator);
    expect(expectations).toEqual([{ expected: 'sent', got: 'sent', holds: true }]);
  });

  it('should describe a result in words in only one place', () => {
    expect(inWords).toEqual(['a number from 40 up to 240']);
  });
});
