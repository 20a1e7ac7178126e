import { isObject } from '../../isObject.ts';

/** A JSON Schema. Only some keywords are read. */
export type Schema = Readonly<Record<string, unknown>>;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

// A map, since a schema can have any type, even the name of a property of every object.
const SIMPLE: ReadonlyMap<unknown, string> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
]);

/** The comment for a default value: strings are in quotes, except those of an enumeration. */
function defaultOf(schema: Schema): string[] {
  const { default: value, enum: choices } = schema;
  if (value === undefined) return [];
  return [`default: ${typeof value === 'string' && listOf(choices).length > 0 ? value : JSON.stringify(value)}`];
}

function orNull(schema: Schema, type: string): string {
  return schema['nullable'] === true && !type.includes('null') ? `${type} | null` : type;
}

/** The lines above a property: its title, its description and its examples. */
function commentsOf(schema: Schema, indent: string): string {
  const { title, description, examples } = schema;
  const lines: string[] = [];
  if (typeof title === 'string') lines.push(title, '');
  if (typeof description === 'string') lines.push(description);
  const texts = listOf(examples).filter((example) => typeof example === 'string');
  if (texts.length > 0) lines.push('Examples:', ...texts.map((text) => `- "${text}"`));
  return lines.map((line) => `${indent}//${line === '' ? '' : ` ${line}`}\n`).join('');
}

/** The choices of a `oneOf`, one per line, each followed by its description. */
function choicesOf(schema: Schema, indent: string): string[] {
  return listOf(schema['oneOf'])
    .filter(isObject)
    .map((choice) => {
      const type = orNull(choice, schemaType(choice, `${indent}   `));
      const { description } = choice;
      const notes = [...(typeof description === 'string' ? [description] : []), ...defaultOf(choice)];
      return `${indent} | ${type}${notes.length > 0 ? ` // ${notes.join(' ')}` : ''}`;
    });
}

function propertyOf(name: string, schema: Schema, indent: string): string {
  const comments = commentsOf(schema, indent);
  const notes = defaultOf(schema);
  if (Array.isArray(schema['oneOf'])) {
    const above = notes.map((note) => `${indent}// ${note}\n`).join('');
    return `${comments}${above}${indent}${name}:\n${choicesOf(schema, indent).join('\n')}\n${indent},\n`;
  }
  const type = orNull(schema, schemaType(schema, `${indent}    `));
  return `${comments}${indent}${name}: ${type},${notes.map((note) => ` // ${note}`).join('')}\n`;
}

function objectOf(schema: Schema, indent: string): string {
  const { description, properties, required } = schema;
  const needed = new Set(listOf(required));
  const body = Object.entries(isObject(properties) ? properties : {})
    .filter((entry): entry is [string, Schema] => isObject(entry[1]))
    .map(([name, property]) => propertyOf(needed.has(name) ? name : `${name}?`, property, indent));
  const comment = typeof description === 'string' ? `${indent}// ${description}\n` : '';
  return `${comment}{\n${body.join('')}${indent}}`;
}

/**
 * Writes a JSON Schema as a type, in the format in which gpt-oss gets the parameters of functions.
 *
 * @see https://github.com/openai/harmony/blob/main/docs/format.md#function-calling
 */
export function schemaType(schema: Schema, indent = ''): string {
  const { type, enum: choices, items, oneOf } = schema;
  if (Array.isArray(oneOf))
    return choicesOf(schema, indent)
      .map((choice) => `\n${choice}`)
      .join('');
  if (Array.isArray(type)) return type.map((name) => (name === 'integer' ? 'number' : String(name))).join(' | ');
  if (type === 'object') return objectOf(schema, indent);
  if (type === 'array') return isObject(items) ? `${schemaType(items, indent)}[]` : 'Array<any>';
  const texts = type === 'string' ? listOf(choices).filter((choice) => typeof choice === 'string') : [];
  if (texts.length > 0) return texts.map((text) => `"${text}"`).join(' | ');
  return SIMPLE.get(type) ?? 'any';
}
