import { describe, expect, it } from 'vitest';
import { Tenants } from '../../../src/rules/queue/Tenants.ts';

describe('Tenants', () => {
  it('should let a tenant start where the turns have advanced to', () => {
    const tenants = new Tenants();
    tenants.arriving('a').waiting = 1;
    tenants.serve('a');
    tenants.grant(30, 'a');
    expect(tenants.arriving('b').service).toBe(30);
  });

  it('should not take from a tenant that waits what it has not had yet', () => {
    const tenants = new Tenants();
    const waiting = tenants.arriving('a');
    waiting.waiting = 1;
    tenants.arriving('b').waiting = 1;
    tenants.serve('b');
    tenants.grant(30, 'b');
    expect(tenants.arriving('a')).toBe(waiting);
    expect(waiting.service).toBe(0);
  });

  it('should know how far the turns have advanced also after an unknown tenant was served', () => {
    const tenants = new Tenants();
    tenants.arriving('a').waiting = 1;
    tenants.serve('a');
    tenants.grant(30, 'a');
    tenants.serve('unknown');
    expect(tenants.arriving('b').service).toBe(30);
  });

  it('should count jobs without a tenant as those of one', () => {
    const tenants = new Tenants();
    const none = tenants.arriving();
    expect(tenants.grant(10)).toBe(none);
    expect([tenants.size, none.service]).toEqual([1, 10]);
  });

  it('should not owe a tenant more than it was granted', () => {
    const tenants = new Tenants();
    tenants.arriving('a');
    expect(tenants.grant(-10, 'a')?.service).toBe(0);
    expect(tenants.grant(10, 'unknown')).toBeUndefined();
  });

  it('should start again when no tenant competes any more', () => {
    const tenants = new Tenants();
    for (const name of ['a', 'b']) tenants.arriving(name);
    tenants.serve('a');
    tenants.grant(30, 'a');
    tenants.forget();
    expect([tenants.size, tenants.arriving('a').service]).toEqual([0, 0]);
  });
});
