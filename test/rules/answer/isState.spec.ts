import { describe, expect, it } from 'vitest';
import { isState } from '../../../src/rules/answer/isState.ts';

describe('isState', () => {
  it('should distinguish states from tokens of an answer', () => {
    expect(isState({ type: 'state', state: 'queued' })).toBe(true);
    expect(isState({ type: 'text', text: 'state' })).toBe(false);
  });

  it.each([
    [undefined],
    [null],
    ['state'],
    [7],
    [{}],
    [{ state: 'queued' }],
    [Object.assign(() => 0, { type: 'state' })],
  ])('should be false for %o', (value) => {
    expect(isState(value)).toBe(false);
  });
});
