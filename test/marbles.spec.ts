import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { draw } from '../marbles/draw.ts';
import { marbleNames, marbles } from './util/marbles.ts';

const read = (file: string): string => readFileSync(new URL(`../marbles/${file}`, import.meta.url), 'utf8');

describe('marbles', () => {
  it.each(marbleNames())('should have %s as a valid text with an up-to-date picture', (name) => {
    expect(marbles(name).expected).not.toBe('');
    expect(draw(read(`${name}.txt`)), 'draw it anew with: npm run marbles').toBe(read(`${name}.svg`));
  });
});
