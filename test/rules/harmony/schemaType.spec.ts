import { describe, expect, it } from 'vitest';
import { type Schema, schemaType } from '../../../src/rules/harmony/schemaType.ts';

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
    [{ $ref: '#/$defs/x' }, 'any'],
  ])('should write %j as %j', (schema, type) => {
    expect(schemaType(schema)).toBe(type);
  });

  it('should mark what is optional, comment what is described and tell defaults', () => {
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

  it('should indent objects within objects', () => {
    const inner = { type: 'object', properties: { a: { type: 'string' } }, description: 'Inner.' };
    expect(schemaType({ type: 'object', properties: { inner } })).toBe(
      '{\n// Inner.\ninner?:     // Inner.\n{\n    a?: string,\n    },\n}',
    );
  });

  it('should give each choice a line', () => {
    const oneOf = [
      { type: 'string', description: 'By name.' },
      { type: 'integer', default: 1 },
    ];
    expect(schemaType({ oneOf })).toBe('\n | string // By name.\n | number // default: 1');
    expect(schemaType({ type: 'object', properties: { id: { oneOf } }, required: ['id'] })).toBe(
      '{\nid:\n | string // By name.\n | number // default: 1\n,\n}',
    );
  });
});
