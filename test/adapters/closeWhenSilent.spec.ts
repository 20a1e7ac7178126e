import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeWhenSilent, PING_INTERVAL } from '../../src/adapters/closeWhenSilent.ts';

/** A connection that has received as many bytes as a test says. */
class Connection extends Socket {
  override bytesRead = 0;
}

describe('closeWhenSilent', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watched = () => {
    const connection = new Connection();
    const errors: Error[] = [];
    connection.on('error', (error) => errors.push(error));
    closeWhenSilent(connection);
    return { connection, errors };
  };

  it('should close a connection on which nothing arrives for two intervals, as one that was lost', async () => {
    const { connection, errors } = watched();
    vi.advanceTimersByTime(2 * PING_INTERVAL - 1);
    expect(connection.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    vi.runOnlyPendingTimers();
    expect(connection.destroyed).toBe(true);
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
    expect(errors).toEqual([expect.objectContaining({ code: 'ETIMEDOUT' })]);
  });

  it('should keep a connection on which something arrives in every second interval', () => {
    const { connection } = watched();
    for (let interval = 1; interval <= 20; interval += 1) {
      if (interval % 2 === 0) connection.bytesRead += 17;
      vi.advanceTimersByTime(PING_INTERVAL);
    }
    expect(connection.destroyed).toBe(false);
    connection.destroy();
  });

  it('should read what arrived while the event loop was blocked before it decides', () => {
    const { connection } = watched();
    vi.advanceTimersByTime(PING_INTERVAL + 1);
    vi.advanceTimersToNextTimer();
    // Between its timer and its look, which is when Node reads.
    connection.bytesRead += 17;
    vi.advanceTimersByTime(1);
    expect(connection.destroyed).toBe(false);
    connection.destroy();
  });

  it('should end with the connection', async () => {
    const { connection } = watched();
    expect(vi.getTimerCount()).toBe(1);
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection.destroy();
    await closed;
    expect(vi.getTimerCount()).toBe(0);
  });
});
