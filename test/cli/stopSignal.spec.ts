import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, type Stoppable, stopSignal } from '../../src/cli/stopSignal.ts';

/** A fake process that records how it was ended. */
function fakeProcess() {
  const exits: unknown[] = [];
  const told: unknown[] = [];
  const stderr = Object.assign(new EventEmitter(), { write: (text: unknown) => told.push(text) });
  const streams = { stdout: new EventEmitter(), stderr };
  const fake = Object.assign(new EventEmitter(), streams, { exit: (code: unknown) => exits.push(code) });
  return { fake, exits, told, signal: stopSignal(fake as unknown as Stoppable) };
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('stopSignal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ])('should be aborted by %s', (name, code) => {
    const { fake, exits, signal } = fakeProcess();
    expect([signal.aborted, exitCodeOf(signal, 1)]).toEqual([false, 1]);
    fake.emit(name);
    expect([signal.aborted, exitCodeOf(signal, 1)]).toEqual([true, code]);
    expect(exits).toEqual([]);
  });

  it('should treat two signals within half a second as one, and exit at a later one', () => {
    const { fake, exits, signal } = fakeProcess();
    fake.emit('SIGINT');
    vi.advanceTimersByTime(499);
    fake.emit('SIGTERM');
    expect([exits, exitCodeOf(signal, 1)]).toEqual([[], 130]);
    vi.advanceTimersByTime(2);
    fake.emit('SIGTERM');
    expect(exits).toEqual([143]);
  });

  it.each(['EPIPE', 'EIO'])('should be aborted when its output is no longer read (%s)', (code) => {
    const { fake, signal } = fakeProcess();
    fake.stderr.emit('error', failure(code));
    expect(signal.aborted).toBe(false);
    fake.stdout.emit('error', failure(code));
    expect([signal.aborted, exitCodeOf(signal, 1)]).toEqual([true, 0]);
  });

  it('should exit with an error when standard output cannot be written', () => {
    const { fake, exits, told } = fakeProcess();
    fake.stdout.emit('error', failure('ENOSPC'));
    expect([exits, told]).toEqual([[1], ['rxgroq: The output cannot be written (ENOSPC).\n']]);
  });

  it('should keep running when standard error cannot be written', () => {
    const { fake, exits, told, signal } = fakeProcess();
    fake.stderr.emit('error', failure('ENOSPC'));
    expect([exits, told, signal.aborted]).toEqual([[], [], false]);
  });
});
