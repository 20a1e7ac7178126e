import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { Lane } from '../../src/scheduler/Lane.ts';
import { Lanes } from '../../src/scheduler/Lanes.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const lanes = (): Lanes => {
  const scheduler = virtualClock();
  return new Lanes({
    store: memoryLimitStore({ scheduler }),
    transport: { send: () => NEVER },
    scheduler,
    random: () => 0,
    inFlight: 1,
    admitted: () => undefined,
    changed: () => undefined,
  });
};

describe('Lanes', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('should not look at all busy lanes whenever another one is opened', () => {
    const looks = vi.spyOn(Lane.prototype, 'idle', 'get');
    const open = lanes();
    for (let i = 0; i < 500; i++) open.of(`m${i}`).enter();
    expect(looks.mock.calls.length).toBeLessThan(1_000);
  });

  it('should retire idle lanes, also after many were busy', () => {
    const retired = vi.spyOn(Lane.prototype, 'retire');
    const open = lanes();
    const busy = Array.from({ length: 100 }, (_, i) => open.of(`m${i}`));
    for (const lane of busy) lane.enter();
    for (const lane of busy) lane.leave();
    for (let i = 0; i < 1_000; i++) open.of(`n${i}`);
    // Of 1,100 lanes, 32 may be left.
    expect(retired.mock.calls.length).toBeGreaterThanOrEqual(1_068);
  });
});
