import type { Random } from '../ports/clock.ts';
import { isObject } from '../rules/isObject.ts';
import { between, pick } from './chance.ts';

const WORDS = ['river', 'harbor', 'garden', 'market', 'bridge', 'orchard'] as const;

/** The maximum depth of a schema. Deeper values are empty objects. */
const MAX_DEPTH = 8;

/**
 * Generates a value that fits a JSON Schema, for tool calls and structured answers. Supports the common keywords: type,
 * enum, const, properties, items, minItems, minimum, anyOf and oneOf.
 *
 * @see https://json-schema.org/understanding-json-schema
 */
export function fillSchema(random: Random, schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return {};
  const { const: fixed, enum: allowed, anyOf, oneOf, type, properties, items, minItems, minimum } = schema;
  if (fixed !== undefined) return fixed;
  if (isList(allowed)) return pick(random, allowed);
  for (const choices of [anyOf, oneOf]) if (isList(choices)) return fillSchema(random, choices[0], depth + 1);

  const least = typeof minimum === 'number' ? minimum : 1;
  switch (isList(type) ? type[0] : type) {
    case 'string':
      return pick(random, WORDS);
    case 'integer':
      return Math.ceil(least) + between(random, 0, 40);
    case 'number':
      return least + between(random, 0, 80) / 2;
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    case 'array': {
      const length = typeof minItems === 'number' ? Math.min(minItems, 100) : 1;
      return Array.from({ length }, () => fillSchema(random, items, depth + 1));
    }
    default: {
      const entries = isObject(properties) ? Object.entries(properties) : [];
      return Object.fromEntries(entries.map(([name, value]) => [name, fillSchema(random, value, depth + 1)]));
    }
  }
}

function isList(value: unknown): value is readonly [unknown, ...unknown[]] {
  return Array.isArray(value) && value.length > 0;
}
