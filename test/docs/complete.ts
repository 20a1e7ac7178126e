import { readFileSync } from 'node:fs';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { type DocExample, ROOT } from './DocExample.ts';
import * as prelude from './prelude.ts';

/** The entry points that examples import from, and their files. */
export const ENTRIES: Readonly<Record<string, string>> = {
  rxgroq: 'src/index.ts',
  'rxgroq/operators': 'src/operators.ts',
  'rxgroq/simulator': 'src/simulator/index.ts',
  'rxgroq/testing': 'src/testing/index.ts',
};

const PRELUDE = 'test/docs/prelude.ts';
const PRELUDE_NAMES: ReadonlySet<string> = new Set(Object.keys(prelude));

/**
 * Turns an example into a module. A line before its first one imports undeclared names from the prelude, and for an
 * example without its own imports also from its file, the package and rxjs.
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

/** Whether an identifier declares a name or names a property, rather than uses a variable. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.name === node || parent.propertyName === node;
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

/** The names that a file itself exports. */
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
