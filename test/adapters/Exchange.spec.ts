import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Exchange, type Outgoing } from '../../src/adapters/Exchange.ts';

/** An exchange that somebody listens to, with what undici gives it. */
const make = () => {
  const aborted: string[] = [];
  const controller = {
    rawHeaders: undefined as unknown,
    abort: ({ message }: Error) => aborted.push(message),
    pause: () => undefined,
    resume: () => undefined,
  };
  const exchanges: Exchange[] = [];
  new Observable((subscriber) => {
    const outgoing: Outgoing = { method: 'GET', path: '/', headers: [], body: null };
    const line = { dispatch: () => undefined };
    exchanges.push(new Exchange(subscriber, { outgoing, paused$: undefined, maxBytes: 1, line }));
  }).subscribe();
  const [exchange] = exchanges;
  if (exchange === undefined) throw new Error('It was not subscribed to.');
  return { exchange, controller, aborted };
};

describe('Exchange', () => {
  it.each(['ended', 'left', 'left before it started'])('should keep nothing of undici once it has %s', async (how) => {
    const begin = () => {
      const { exchange, controller, aborted } = make();
      if (how === 'left before it started') exchange.unsubscribe();
      exchange.onRequestStart(controller);
      if (how === 'ended') exchange.onResponseEnd();
      if (how !== 'left before it started') exchange.unsubscribe();
      return { exchange, aborted, controller: new WeakRef(controller) };
    };
    const { exchange, aborted, controller } = begin();
    // A WeakRef holds on to what it refers to until the turn in which it was made is over.
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    expect(controller.deref()).toBeUndefined();
    expect(aborted).toEqual(how === 'ended' ? [] : ['unsubscribed']);
    exchange.unsubscribe();
  });

  it('should let go of the headers as they came, which nobody reads, before the answer ends', () => {
    const { exchange, controller } = make();
    controller.rawHeaders = [Buffer.from('x'), Buffer.from('y')];
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, { x: 'y' });
    expect(controller.rawHeaders).toBeNull();
  });
});
