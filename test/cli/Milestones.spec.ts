import { describe, expect, it } from 'vitest';
import { Milestones } from '../../src/cli/Milestones.ts';

const text = { type: 'text', text: 'a' } as const;

describe('Milestones', () => {
  it('should be undefined before they happen', () => {
    const { waited, connecting, toFirstToken } = new Milestones(5);
    expect([waited, connecting, toFirstToken]).toEqual([undefined, undefined, undefined]);
  });

  it('should measure the wait, the connection and the first token separately', () => {
    const milestones = new Milestones(100);
    milestones.hear({ type: 'state', state: 'queued' }, 100);
    milestones.hear({ type: 'state', state: 'admitted' }, 130);
    milestones.hear({ type: 'state', state: 'connected' }, 137);
    milestones.hear({ type: 'reasoning', text: 'a' }, 237);
    milestones.hear(text, 240);
    expect(milestones).toMatchObject({ waited: 30, connecting: 7, toFirstToken: 107 });
  });

  it('should measure the last attempt', () => {
    const milestones = new Milestones(0);
    for (const start of [10, 500]) {
      milestones.hear({ type: 'state', state: 'admitted' }, start);
      milestones.hear({ type: 'state', state: 'connected' }, start + 3);
    }
    milestones.hear(text, 550);
    expect(milestones).toMatchObject({ waited: 500, connecting: 3, toFirstToken: 50 });
  });
});
