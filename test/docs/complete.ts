import { readFileSync } from 'node:fs';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { type DocExample, ROOT } from './DocExample.ts';
import * as prelude from './prelude.ts';

/** Where the examples say that they import from, and where that is. */
export const ENTRIES: Readonly<Record<string, string>> = {
  rxgroq: 'src/index.ts',
  'rxgroq/operators': 'src/operators.ts',
  'rxgroq/simulator': 'src/simulator/index.ts',
  'rxgroq/testing': 'src/testing/index.ts',
};

const PRELUDE = 'test/docs/prelude.ts';
const PRELUDE_NAMES: ReadonlySet<string> = new Set(Object.keys(prelude));

/**
 * Makes a module of an example by importing, in a line before its first, what it uses and does not say where it comes
 * from: what the prelude has, and for an example that is no whole module, what its file, the package and rxjs export.
 */
export function complete({ code, file, isWhole }: DocExample): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) (isName(node) ? declared : used).add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const homes = isWhole ? [] : [file, ...Object.values(ENTRIES)];
  const imports = [...used].flatMap((name) => {
    const known = PRELUDE_NAMES.has(name) ? PRELUDE : homes.find((each) => exportsOf(each).has(name));
    const home = declared.has(name) ? undefined : known;
    if (home !== undefined) return [`import { ${name} } from '${ROOT}${home}';`];
    return !isWhole && !declared.has(name) && name in rxjs ? [`import { ${name} } from 'rxjs';`] : [];
  });
  return `${imports.join(' ')}\n${code}\nexport {};\n`;
}

/** Whether an identifier is the name of something that is declared there, or of a property, and no use of one. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.name === node || parent.propertyName === node;
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

/** The names that a file exports, as far as it lists them itself. */
function exportsOf(file: string): ReadonlySet<string> {
  const source = ts.createSourceFile(file, readFileSync(ROOT + file, 'utf8'), ts.ScriptTarget.Latest);
  return new Set(
    source.statements.flatMap((statement) => {
      if (ts.isExportDeclaration(statement)) {
        const { exportClause } = statement;
        return exportClause && ts.isNamedExports(exportClause)
          ? exportClause.elements.map(({ name }) => name.text)
          : [];
      }
      const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport);
      if (isExported !== true) return [];
      if (ts.isVariableStatement(statement)) {
        return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
      }
      return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || isType(statement)
        ? [statement.name?.text ?? '']
        : [];
    }),
  );
}

const isType = (node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);

const isExport = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.ExportKeyword;
