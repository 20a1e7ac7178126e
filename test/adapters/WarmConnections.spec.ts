import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Dial, WarmConnections } from '../../src/adapters/WarmConnections.ts';
import { told } from '../util/told.ts';

/** An unconnected socket that records whether it keeps the process alive. */
class IdleSocket extends Socket {
  keepsProcess = true;

  override ref(): this {
    this.keepsProcess = true;
    return this;
  }

  override unref(): this {
    this.keepsProcess = false;
    return this;
  }
}

/** Connections that open when a test says so. */
const setUp = (keepAlive = 30_000) => {
  const warm = new WarmConnections(keepAlive);
  const dialed: { readonly socket: IdleSocket; readonly done: Parameters<Dial>[0] }[] = [];
  const dial: Dial = (done) => {
    const socket = new IdleSocket();
    onTestFinished(() => void socket.destroy());
    dialed.push({ socket, done });
    return socket;
  };
  const open = () => {
    const opened = told(warm.open(dial));
    const [last] = dialed.slice(-1);
    if (last === undefined) throw new Error('Nothing was dialed.');
    const { socket, done } = last;
    return {
      ...opened,
      socket,
      connect: () => {
        done(null, socket);
      },
    };
  };
  return { warm, open };
};

describe('WarmConnections', () => {
  it('should not keep the process alive with an unused connection', () => {
    const { warm, open } = setUp();
    const { socket, connect, ends } = open();
    expect(socket.keepsProcess).toBe(true);
    connect();
    expect([ends, warm.size, socket.keepsProcess]).toEqual([[['complete']], 1, false]);
    expect(warm.take()).toBe(socket);
    expect([warm.size, socket.keepsProcess]).toEqual([0, true]);
  });

  it('should not hand out a connection that was just lost, before it is closed', () => {
    const { warm, open } = setUp();
    const [lost, kept] = [open(), open()];
    lost.connect();
    kept.connect();
    lost.socket.destroy();
    expect(warm.size).toBe(1);
    expect(warm.take()).toBe(kept.socket);
    expect(warm.take()).toBeUndefined();
  });

  it('should not time out or close a connection that was taken', () => {
    const { warm, open } = setUp(20);
    const { socket, connect } = open();
    connect();
    expect([socket.timeout, socket.listenerCount('timeout')]).toEqual([20, 1]);
    expect(warm.take()).toBe(socket);
    expect([socket.timeout, socket.listenerCount('timeout')]).toEqual([0, 0]);
    warm.close();
    expect(socket.destroyed).toBe(false);
  });

  it('should hand out the oldest connection first', () => {
    const { warm, open } = setUp();
    const sockets = [open(), open()].map(({ socket, connect }) => {
      connect();
      return socket;
    });
    expect([warm.take(), warm.take(), warm.take()]).toEqual([...sockets, undefined]);
  });

  it('should close a connection that was cancelled before it opened', () => {
    const { warm, open } = setUp();
    const { socket, connect, subscription, ends } = open();
    subscription.unsubscribe();
    expect(socket.destroyed).toBe(true);
    connect();
    expect([warm.size, ends]).toEqual([0, []]);
  });
});
