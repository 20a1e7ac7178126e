import ts from 'typescript';
import { complete } from './complete.ts';
import { type DocExample, ROOT } from './DocExample.ts';

/** An example as a module, with the messages of the compiler. */
export interface CheckedExample extends DocExample {
  readonly module: string;
  readonly complaints: readonly string[];
}

/** As strict as the package, except for rules that are matters of taste in an example. */
const LENIENT: ts.CompilerOptions = {
  noUnusedLocals: false,
  noUnusedParameters: false,
  noPropertyAccessFromIndexSignature: false,
  verbatimModuleSyntax: false,
};

/** Completes all examples and checks their types, in one program. */
export function check(examples: readonly DocExample[]): CheckedExample[] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, LENIENT);
  const host = ts.createCompilerHost(options);
  const [read, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  const pathOf = (i: number): string => `${ROOT}test/docs/example-${i}.ts`;
  const modules = new Map(examples.map((example, i) => [pathOf(i), complete(example)]));
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = modules.get(path);
    return text === undefined ? read(path, languageVersion, ...rest) : ts.createSourceFile(path, text, languageVersion);
  };
  host.fileExists = (path) => modules.has(path) || exists(path);

  const program = ts.createProgram([...modules.keys(), `${ROOT}test/docs/peers.d.ts`], options, host);
  return examples.map((example, i) => {
    const source = program.getSourceFile(pathOf(i));
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const complaints = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    return { ...example, module: modules.get(pathOf(i)) ?? '', complaints };
  });
}
