import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Exchange, type Outgoing } from '../../src/adapters/Exchange.ts';

describe('Exchange', () => {
  it.each(['ended', 'left', 'left before it started'])('should keep nothing of undici once it has %s', async (how) => {
    const aborted: string[] = [];
    const begin = () => {
      const controller = {
        abort: ({ message }: Error) => aborted.push(message),
        pause: () => undefined,
        resume: () => undefined,
      };
      const exchanges: Exchange[] = [];
      new Observable((subscriber) => {
        const outgoing: Outgoing = { method: 'GET', path: '/', headers: [], body: null };
        const line = { dispatch: () => undefined };
        exchanges.push(new Exchange(subscriber, { outgoing, paused$: undefined, maxBytes: 1, dispatcher: line }));
      }).subscribe();
      const [exchange] = exchanges;
      if (exchange === undefined) throw new Error('It was not subscribed to.');
      if (how === 'left before it started') exchange.unsubscribe();
      exchange.onRequestStart(controller);
      if (how === 'ended') exchange.onResponseEnd();
      if (how !== 'left before it started') exchange.unsubscribe();
      return { exchange, controller: new WeakRef(controller) };
    };
    const { exchange, controller } = begin();
    // A WeakRef holds on to what it refers to until the turn in which it was made is over.
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    expect(controller.deref()).toBeUndefined();
    expect(aborted).toEqual(how === 'ended' ? [] : ['unsubscribed']);
    exchange.unsubscribe();
  });
});
