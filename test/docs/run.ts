import { format, inspect, isDeepStrictEqual } from 'node:util';
import { runInThisContext } from 'node:vm';
import { Subscription } from 'rxjs';
import ts from 'typescript';
import { vi } from 'vitest';
import { createGroq, type Groq } from '../../src/index.ts';
import { type ClosableTransport, undiciTransport } from '../../src/operators.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { ENTRIES } from './complete.ts';
import { ROOT } from './DocExample.ts';
import { counter } from './prelude.ts';

/** A value in a comment of an example, and the real value. */
interface Expectation {
  readonly expected: string;
  readonly got: string;
  readonly holds: boolean;
}

/** The result of an example. */
export interface Ran {
  readonly expectations: readonly Expectation[];
  /** Descriptions in words, which are not compared. */
  readonly inWords: readonly string[];
}

type Closable = Groq | ClosableTransport | Simulator;

/**
 * Runs a module, and compares each value after `// =>` with the value of the statement before, or with the logged one
 * if that has no value. Requests go to a simulator; clients left open are closed.
 */
export async function run(module: string, simulator: Simulator): Promise<Ran> {
  const marked = markExpectations(module);
  const { outputText } = ts.transpileModule(marked.code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const opened: Closable[] = [];
  const keep = <T extends Closable>(one: T): T => {
    opened.push(one);
    return one;
  };
  const replaced: Readonly<Record<string, unknown>> = {
    createGroq: (options: Parameters<typeof createGroq>[0] = {}) =>
      keep(
        createGroq({
          apiKey: 'any',
          // An example with its own transport shows everything that such a client needs.
          ...(options.transport ? {} : { counter, baseURL: simulator.url }),
          ...options,
        }),
      ),
    undiciTransport: (options: Parameters<typeof undiciTransport>[0]) =>
      keep(undiciTransport({ ...options, apiKey: 'any', baseURL: simulator.url })),
    startSimulator: async (options?: SimulatorOptions) => keep(await startSimulator(options)),
  };
  const modules = new Map<string, unknown>();
  for (const [, name = ''] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
    const path = ENTRIES[name] === undefined ? name : `${ROOT}${ENTRIES[name]}`;
    const loaded = (await import(/* @vite-ignore */ path)) as object;
    modules.set(name, { ...loaded, ...replaced, __esModule: true });
  }
  const logged: string[] = [];
  const values: unknown[] = [];
  const timers: NodeJS.Timeout[] = [];
  const surroundings = {
    require: (name: string) => modules.get(name),
    exports: {},
    console: { log: (...all: unknown[]) => logged.push(format(...all)) },
    process: { stdout: { write: () => true }, env: {} },
    setTimeout: (handler: () => void, ms: number) => {
      const timer = setTimeout(handler, ms);
      timers.push(timer);
      return timer;
    },
    value: (index: number, value: unknown) => (values[index] = value),
  };
  try {
    const names = Object.keys(surroundings).join(', ');
    const start = runInThisContext(`(async (${names}) => {${outputText}\n})`) as (...all: unknown[]) => Promise<void>;
    await start(...Object.values(surroundings));
    return { ...(await compare(marked.expected, values, logged)) };
  } finally {
    timers.forEach(clearTimeout);
    await Promise.all(opened.map((one) => ('chat' in one ? one.close({ drain: true }) : one.close())));
  }
}

/** Rewrites a module so that the values of statements before `// =>` are recorded. */
function markExpectations(code: string): { code: string; expected: readonly string[] } {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const marks = [...code.matchAll(/\/\/ => (.*)/g)];
  const statements = source.statements.filter(ts.isExpressionStatement);
  let marked = code;
  for (const [i, { index }] of [...marks.entries()].reverse()) {
    const statement = statements.findLast(({ end }) => end <= index);
    if (statement === undefined) throw new Error(`There is nothing before ${marks[i]?.[0] ?? ''}`);
    const { expression } = statement;
    const [start, end] = [expression.getStart(), expression.getEnd()];
    marked = `${marked.slice(0, start)}value(${i}, ${marked.slice(start, end)})${marked.slice(end)}`;
  }
  return { code: marked, expected: marks.map(([, text = '']) => text.trim()) };
}

async function compare(
  expected: readonly string[],
  values: readonly unknown[],
  logged: readonly string[],
): Promise<Ran> {
  const isLogged = (i: number): boolean =>
    values[i] instanceof Subscription || (values[i] === undefined && !/^undefined\b/.test(expected[i] ?? ''));
  const lines = expected.filter((_, i) => isLogged(i));
  if (lines.length > 0)
    await vi.waitFor(() => logged.length >= lines.length || Promise.reject(new Error('Too little.')));
  const inWords: string[] = [];
  const expectations = expected.flatMap((text, i): Expectation[] => {
    if (isLogged(i)) {
      const got = logged[lines.indexOf(text)] ?? 'nothing';
      return [{ expected: text, got, holds: got === text }];
    }
    const [wanted] = valueOf(text);
    if (wanted === undefined && !/^undefined\b/.test(text)) {
      inWords.push(text);
      return [];
    }
    const value = values[i];
    return [{ expected: text, got: inspect(value), holds: isDeepStrictEqual(value, wanted) }];
  });
  return { expectations, inWords };
}

/** The value of a JavaScript literal, possibly followed by a remark. Empty if there is none. */
function valueOf(text: string): readonly unknown[] {
  for (const part of [text, text.replace(/, .*/, '')]) {
    try {
      return [runInThisContext(`(${part})`)];
    } catch {
      // Not a value: try without the remark.
    }
  }
  return [];
}
