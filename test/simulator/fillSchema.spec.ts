import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/rules/seeded.ts';
import { fillSchema } from '../../src/simulator/fillSchema.ts';

const fill = (schema: unknown, seed = 1) => fillSchema(seeded(seed), schema);

describe('fillSchema', () => {
  it('should generate a value of each type', () => {
    expect(fill({ type: 'string' })).toBeTypeOf('string');
    expect(fill({ type: 'number', minimum: 2.5 })).toBeGreaterThanOrEqual(2.5);
    expect(fill({ type: 'integer', minimum: 2.5 })).toSatisfy((value: number) => Number.isInteger(value) && value >= 3);
    expect(fill({ type: 'boolean' })).toBeTypeOf('boolean');
    expect(fill({ type: 'null' })).toBeNull();
    expect(fill({ type: 'array', items: { const: 1 }, minItems: 3 })).toEqual([1, 1, 1]);
    expect(fill({ type: ['boolean', 'null'] })).toBeTypeOf('boolean');
    expect(fill({ type: 'object', properties: { a: { const: 0 } } })).toEqual({ a: 0 });
    expect(fill({ enum: ['only'] })).toBe('only');
    expect(fill({ oneOf: [{ const: 'first' }, { const: 'second' }] })).toBe('first');
  });

  it('should generate a value for an unknown schema', () => {
    for (const schema of [undefined, null, 5, [], {}, { type: 'robot' }, { properties: 7 }, { anyOf: [] }]) {
      expect(fill(schema)).toEqual({});
    }
    expect(fill({ type: 'array', minItems: 1e9 })).toHaveLength(100);
  });

  it('should follow references within the schema', () => {
    const $defs = { 'a/b': { const: 1 }, c: { $ref: '#/$defs/a~1b' } };
    expect(fill({ properties: { x: { $ref: '#/$defs/c' }, y: { $ref: '#/$defs/c' } }, $defs })).toEqual({ x: 1, y: 1 });
    expect(fill({ type: 'object', $ref: '#/definitions/d', definitions: { d: { const: 2 } } })).toBe(2);
    expect(fill({ properties: { x: { anyOf: [{ const: 3 }] }, y: { $ref: '#/properties/x/anyOf/0' } } })).toEqual({
      x: 3,
      y: 3,
    });
    for (const $ref of [
      '#/$defs/none',
      '#/$defs/constructor',
      '#/$defs/c/const/x',
      'https://example.com/a.json',
      '#c',
    ]) {
      expect(fill({ properties: { x: { $ref } }, $defs })).toEqual({ x: {} });
    }
  });

  it('should end a recursive schema where it can', () => {
    const node = { $ref: '#/$defs/node' };
    const properties = {
      name: { const: 'n' },
      children: { type: 'array', items: node },
      next: { anyOf: [node, { type: 'null' }] },
      other: node,
    };
    const ends = { type: 'object', properties, required: ['name', 'children', 'next'] };
    expect(fill({ ...node, $defs: { node: ends } })).toEqual({ name: 'n', children: [], next: null });
    expect(fill({ properties: { self: { type: 'array', items: { $ref: '#' } } } })).toEqual({ self: [] });
    const endless = { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } };
    expect(fill({ properties: { x: { $ref: '#/$defs/a' } }, $defs: endless })).toEqual({ x: {} });
  });

  it('should stop at a limited depth', () => {
    let schema: object = { type: 'string' };
    for (let i = 0; i < 1_000; i++) schema = { type: 'array', items: schema };
    expect(JSON.stringify(fill(schema))).toBe('[[[[[[[[[{}]]]]]]]]]');
  });

  it('should generate the same value for the same seed', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } } };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(fill(schema, seed)).toEqual(fill(schema, seed));
      }),
    );
  });
});
