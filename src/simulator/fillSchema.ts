import type { Random } from '../ports/clock.ts';
import { isObject } from '../rules/isObject.ts';
import { between, pick } from './chance.ts';

const WORDS = ['river', 'harbor', 'garden', 'market', 'bridge', 'orchard'] as const;

/** The maximum depth of a schema. Deeper values are empty objects. */
const MAX_DEPTH = 8;

/**
 * Generates a value that fits a JSON Schema, for tool calls and structured answers. Supports the common keywords: type,
 * enum, const, properties, items, minItems, minimum, anyOf, oneOf, and $ref within the schema.
 *
 * @see https://json-schema.org/understanding-json-schema
 */
export function fillSchema(random: Random, schema: unknown): unknown {
  return new Filling(random, schema).fill(schema, { depth: 0, refs: ['#'] });
}

/** Where in the value a part is generated. */
interface Position {
  readonly depth: number;
  /** The references that lead there. A part that repeats one of them is left out where possible, or it has no end. */
  readonly refs: readonly string[];
}

class Filling {
  readonly #random: Random;
  readonly #root: unknown;

  constructor(random: Random, root: unknown) {
    this.#random = random;
    this.#root = root;
  }

  fill(schema: unknown, { depth, refs }: Position): unknown {
    if (!isObject(schema) || depth > MAX_DEPTH || repeats(schema, refs)) return {};
    const { $ref, const: fixed, enum: allowed, anyOf, oneOf, type, items, minItems, minimum } = schema;
    if (typeof $ref === 'string') return this.fill(resolve(this.#root, $ref), { depth, refs: [...refs, $ref] });
    if (fixed !== undefined) return fixed;
    if (isList(allowed)) return pick(this.#random, allowed);
    const inner = { depth: depth + 1, refs };
    const choices = isList(anyOf) ? anyOf : oneOf;
    if (isList(choices)) {
      const ends = choices.find((choice) => !repeats(choice, refs));
      return this.fill(ends, inner);
    }

    const least = typeof minimum === 'number' ? minimum : 1;
    switch (isList(type) ? type[0] : type) {
      case 'string':
        return pick(this.#random, WORDS);
      case 'integer':
        return Math.ceil(least) + between(this.#random, 0, 40);
      case 'number':
        return least + between(this.#random, 0, 80) / 2;
      case 'boolean':
        return this.#random() < 0.5;
      case 'null':
        return null;
      case 'array': {
        const length = typeof minItems === 'number' ? Math.min(minItems, 100) : Number(!repeats(items, refs));
        return Array.from({ length }, () => this.fill(items, inner));
      }
      default:
        return this.#propertiesOf(schema, inner);
    }
  }

  #propertiesOf({ properties, required }: Readonly<Record<string, unknown>>, inner: Position): unknown {
    const entries = isObject(properties) ? Object.entries(properties) : [];
    const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
    return Object.fromEntries(
      entries
        .filter(([name, schema]) => isRequired(name) || !repeats(schema, inner.refs))
        .map(([name, schema]) => [name, this.fill(schema, inner)]),
    );
  }
}

function repeats(schema: unknown, refs: readonly string[]): boolean {
  return isObject(schema) && typeof schema['$ref'] === 'string' && refs.includes(schema['$ref']);
}

/** Follows a reference like `#/$defs/address`. Others lead to nothing: schemas elsewhere are not fetched. */
function resolve(root: unknown, ref: string): unknown {
  const [start, ...names] = ref.split('/');
  return names.reduce<unknown>(
    (schema, name) => new Map(Object.entries(schema ?? {})).get(name.replaceAll('~1', '/').replaceAll('~0', '~')),
    start === '#' ? root : undefined,
  );
}

function isList(value: unknown): value is readonly [unknown, ...unknown[]] {
  return Array.isArray(value) && value.length > 0;
}
