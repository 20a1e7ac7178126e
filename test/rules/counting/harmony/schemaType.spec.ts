import { describe, expect, it } from 'vitest';
import { type Schema, schemaType } from '../../../../src/rules/counting/harmony/schemaType.ts';

describe('schemaType', () => {
  it.each<[Schema, string]>([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'number', minimum: 1 }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ type: 'array', items: { type: 'string' } }, 'string[]'],
    [{ type: 'array' }, 'Array<any>'],
    [{ type: 'object' }, '{\n}'],
    [{}, 'any'],
    [{ type: 'constructor' }, 'any'],
    [{ $ref: '#/$defs/x' }, 'any'],
    [{ enum: ['a', 'b'] }, 'any'],
    [{ type: 'integer', enum: [1, 2] }, 'number'],
    [{ type: 'string', enum: ['a', null, 5] }, '"a"'],
    [{ type: 'array', items: null }, 'Array<any>'],
    [{ type: 'array', items: [{ type: 'string' }] }, 'Array<any>'],
    [{ type: 'object', properties: { a: null, b: true, c: { type: 'string' } } }, '{\nc?: string,\n}'],
  ])('should write %j as %j', (schema, type) => {
    expect(schemaType(schema)).toBe(type);
  });

  it('should mark optional properties, and write descriptions and defaults as comments', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Where.' },
        unit: { type: 'string', enum: ['C', 'F'], default: 'C' },
        days: { type: 'integer', default: 3, nullable: true },
        note: { type: 'string', default: 'none', title: 'Note', examples: ['dry', 'wet'] },
      },
      required: ['city'],
    };
    expect(schemaType(schema)).toBe(
      [
        '{',
        '// Where.',
        'city: string,',
        'unit?: "C" | "F", // default: C',
        'days?: number | null, // default: 3',
        '// Note',
        '//',
        '// Examples:',
        '// - "dry"',
        '// - "wet"',
        'note?: string, // default: "none"',
        '}',
      ].join('\n'),
    );
  });

  it('should write defaults of other types as JSON, and only examples that are strings', () => {
    const properties = {
      range: { type: 'array', enum: [[1, 2]], default: [1, 2] },
      note: { type: 'string', examples: ['dry', 5, null] },
      size: { type: 'integer', examples: [1, 2] },
    };
    expect(schemaType({ type: 'object', properties, required: ['range', 'note', 'size'] })).toBe(
      '{\nrange: Array<any>, // default: [1,2]\n// Examples:\n// - "dry"\nnote: string,\nsize: number,\n}',
    );
  });

  it('should indent nested objects', () => {
    const inner = { type: 'object', properties: { a: { type: 'string' } }, description: 'Inner.' };
    expect(schemaType({ type: 'object', properties: { inner } })).toBe(
      '{\n// Inner.\ninner?:     // Inner.\n{\n    a?: string,\n    },\n}',
    );
  });

  it('should write each choice on its own line', () => {
    const oneOf = [
      { type: 'string', description: 'By name.' },
      { type: 'integer', default: 1 },
    ];
    expect(schemaType({ oneOf })).toBe('\n | string // By name.\n | number // default: 1');
    expect(schemaType({ type: 'object', properties: { id: { oneOf } }, required: ['id'] })).toBe(
      '{\nid:\n | string // By name.\n | number // default: 1\n,\n}',
    );
  });

  it('should write only the descriptions and defaults that a choice has', () => {
    const oneOf = [
      { type: 'boolean' },
      { type: 'string', description: 'By name.', default: 'Ann' },
      null,
      'text',
      { type: 'object', properties: { a: { type: 'string' } } },
    ];
    expect(schemaType({ oneOf })).toBe(
      '\n | boolean\n | string // By name. default: "Ann"\n | {\n   a?: string,\n   }',
    );
  });

  it('should write the default of a property above its choices', () => {
    const id = { oneOf: [{ type: 'string' }, { type: 'integer' }], default: 1, description: 'Who.' };
    expect(schemaType({ type: 'object', properties: { id } })).toBe(
      '{\n// Who.\n// default: 1\nid?:\n | string\n | number\n,\n}',
    );
  });
});
