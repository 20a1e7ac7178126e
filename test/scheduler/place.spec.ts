import { BehaviorSubject, concat, map, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../src/errors/HttpError.ts';
import type { Place } from '../../src/model/Place.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { wire } from '../../src/testing/wire.ts';
import { rx } from '../util/rx.ts';
import { logging, type SetUp, setUp, wires } from '../util/scheduling.ts';

const fault = new HttpError(503, {}, { advice: '' });

describe('a place that changes', () => {
  it('should take the given priority, tenant or slack', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { tenant: 'a' });
      ask('l2', { tenant: 'a' });
      // b was granted nothing yet.
      ask('l3', { tenant: 'a', place$: helpers.cold<Place>('-p', { p: { tenant: 'b' } }) });
      ask('l4', { tenant: 'a', place$: helpers.cold<Place>('--p', { p: { slack: 30_000 } }) });
      ask('b', { tenant: 'a', place$: helpers.cold<Place>('---p', { p: { priority: 'normal' } }) });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l4 10', 'b 20', 'l3 30', 'l1 40', 'l2 50']);
    });
  });

  it('should keep the fields that a change omits, and the time of arrival', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { place$: of<Place[]>({ priority: 'normal' }, {}, { tenant: 'a' }) });
      helpers.cold('-----x').subscribe(() => {
        ask('m');
      });
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l1 10', 'm 20', 'l2 30']);
    });
  });

  it.each<[string, (at: number) => Place]>([
    ['says the same', () => ({ priority: 'low' })],
    ['lets it come later', (at) => ({ slack: 700_000 + at })],
  ])('should not cost a tenant its turn when the change %s', (_, change) => {
    rx((helpers) => {
      const place$ = helpers.cold('-----x----x----x', { x: 0 }).pipe(map(() => change(helpers.scheduler.now())));
      const { ask, log } = logging(helpers, { every: 10 });
      for (const name of ['l1', 'l2', 'l3', 'l4']) ask(name, { tenant: 'a' });
      helpers.cold('-x').subscribe(() => {
        ask('l5', { tenant: 'b', place$ });
      });
      helpers.flush();
      expect(log).toEqual(['l1 0', 'l2 10', 'l5 20', 'l3 30', 'l4 40']);
    });
  });

  it('should be reported in all later events', () => {
    rx((helpers) => {
      const reply = () => helpers.cold('(sha)-(fd|)', wires);
      const { ask, under } = setUp(helpers, { every: 10, reply });
      const events: string[] = [];
      under.events$.subscribe(({ seq, type, tenant }) => {
        if (seq === 1) events.push(`${type} ${tenant}`);
      });
      ask('l1').subscribe();
      // Changes after the request was admitted have no effect.
      const place$ = helpers.cold<Place>('-p---------q', { p: { tenant: 'b' }, q: { tenant: 'c' } });
      ask('l2', { tenant: 'a', place$ }).subscribe();
      helpers.flush();
      expect(events).toEqual(['queued a', 'queued b', 'admitted b', 'connected b', 'finished b']);
    });
  });

  it('should not be reported again when a change has no effect', () => {
    rx((helpers) => {
      const { ask } = setUp(helpers, { every: 10 });
      const place$ = new Subject<Place>();
      const states: string[] = [];
      ask('l1').subscribe();
      ask('l2', { place$, lifecycle: true }).subscribe((token) => {
        if (token.type !== 'state') return;
        states.push(token.state);
        if (token.state === 'queued' && states.length < 9) place$.next({ priority: 'low' });
      });
      helpers.flush();
      expect(states).toEqual(['queued', 'queued', 'admitted', 'connected']);
    });
  });

  it.each<SetUp['overflow']>(['last', 'newest'])('should not make a request leave a full queue: %s', (overflow) => {
    rx((helpers) => {
      let failures = 1;
      const failing = () => concat(of(wire.sent), helpers.cold<WireEvent>('---#', {}, fault));
      const reply = (name: string) => (name === 'l0' && failures-- > 0 ? failing() : helpers.cold('(shafd|)', wires));
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 2, overflow, reply });
      ask('l0', { retry: { initialDelay: 1 } });
      // After the first one has returned, three wait.
      const place$ = helpers.cold<Place>('-----p', { p: { priority: 'high' } });
      helpers.cold('-x').subscribe(() => {
        ask('l1');
        ask('l2', { place$ });
      });
      helpers.flush();
      expect(log).toEqual(['l2 10', 'l0 20', 'l1 30']);
    });
  });

  it('should not change any more when the request is admitted', () => {
    rx((helpers) => {
      const { ask, under, store } = setUp(helpers, { every: 10 });
      const place$ = new Subject<Place>();
      const events: string[] = [];
      under.events$.subscribe(({ type, tenant }) => {
        events.push(`${type} ${tenant}`);
        if (type === 'admitted') place$.next({ tenant: 'b' });
      });
      ask('l', { tenant: 'a', place$ }).subscribe();
      helpers.flush();
      expect(events).toEqual(['queued a', 'admitted a', 'connected a', 'finished a']);
      expect(store.settled.map(([, { type }]) => type)).toEqual(['used']);
    });
  });

  it('should be observed until the answer has ended, without effect on a request in flight', () => {
    rx((helpers) => {
      const place$ = helpers.hot<Place>('--p-------p-#', { p: { priority: 'high' } });
      const { ask, log } = logging(helpers, { every: 5, reply: () => helpers.cold('(sha)--(fd|)', wires) });
      ask('h');
      ask('l', { place$ });
      helpers.flush();
      expect(log).toEqual(['h 7', 'l 12']);
      helpers.expectSubscriptions(place$.subscriptions).toBe('^-----------!');
    });
  });

  it('should be unsubscribed from when the request is cancelled', () => {
    rx((helpers) => {
      const place$ = helpers.hot<Place>('----------');
      const { ask } = logging(helpers, { every: 50 });
      ask('h');
      const leaving = ask('l', { place$ });
      helpers.cold('---x').subscribe(() => {
        leaving.unsubscribe();
      });
      helpers.flush();
      helpers.expectSubscriptions(place$.subscriptions).toBe('^--!');
    });
  });

  it('should fail the answer when `place$` fails', () => {
    rx((helpers) => {
      const { ask, log, store } = logging(helpers, { every: 10 });
      ask('h');
      ask('l', { place$: helpers.cold<Place>('--#') });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l 2 undefined']);
      expect(store.open.size).toBe(0);
    });
  });

  it('should keep a request out of the queue when `place$` fails at once', () => {
    rx((helpers) => {
      const { ask, log, under } = logging(helpers, { every: 10 });
      const events: string[] = [];
      under.events$.subscribe(({ type }) => events.push(type));
      ask('l', { place$: throwError(() => fault) });
      helpers.flush();
      expect([log, events]).toEqual([['l 0 HttpError'], ['failed']]);
    });
  });

  it.each([null, { priority: 'urgent' }, { slack: Number.NaN }, { prority: 'high' }])(
    'should fail the answer when it is invalid: %j',
    (wrong) => {
      rx((helpers) => {
        const { ask, log, store } = logging(helpers, { every: 10 });
        for (const name of ['h', 'l1']) ask(name);
        ask('l2', { place$: helpers.cold('--x', { x: wrong as Place }) });
        helpers.flush();
        expect(log).toEqual(['h 0', 'l2 2 ValidationError', 'l1 10']);
        expect(store.open.size).toBe(0);
      });
    },
  );

  it('should be kept by a retry', () => {
    rx((helpers) => {
      let failures = 1;
      const reply = (name: string) =>
        name === 'l3' && failures-- > 0
          ? concat(
              of(wire.sent),
              throwError(() => fault),
            )
          : helpers.cold('(shafd|)', wires);
      const { ask, log } = logging(helpers, { every: 10, reply });
      const place$ = new Subject<Place>();
      ask('h');
      ask('l1');
      ask('l2');
      ask('l3', { place$, retry: { initialDelay: 1 } });
      place$.next({ priority: 'high' });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l3 20', 'l1 30', 'l2 40']);
    });
  });

  it.each([
    ['while an attempt is under way', 12],
    ['in the pause before a retry', 16],
    ['while the retry waits in the queue', 18],
  ])('should apply to the retry when it changes %s', (_, at) => {
    rx((helpers) => {
      let failures = 1;
      const reply = (name: string) =>
        name === 'l1' && failures-- > 0
          ? concat(of(wire.sent), helpers.cold<WireEvent>('----#', {}, fault))
          : helpers.cold('(shafd|)', wires);
      const { ask, log } = logging(helpers, { every: 10, reply });
      const place$ = new Subject<Place>();
      ask('h');
      ask('l1', { place$, retry: { initialDelay: 3 } });
      for (const name of ['l2', 'l3', 'l4']) ask(name);
      helpers.cold(`${at}ms x`).subscribe(() => {
        place$.next({ priority: 'background' });
      });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 20', 'l3 30', 'l4 40', 'l1 50']);
    });
  });

  it('should use the default slack of a new priority, whatever slack was set before', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { place$: of<Place[]>({ slack: 1e9 }, { priority: 'high' }) });
      ask('m', { place$: of<Place[]>({ slack: 1 }, { priority: 'background' }) });
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l1 10', 'l2 20', 'm 30']);
    });
  });

  it('should keep the slack that was set before when only the tenant changes', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h', { tenant: 'a' });
      ask('l1', { tenant: 'a' });
      ask('l2', { place$: of<Place[]>({ slack: 0 }, { tenant: 'a' }) });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 10', 'l1 20']);
    });
  });

  it('should move only its own request, also when it is known at once', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1');
      ask('l2', { place$: new BehaviorSubject<Place>({ priority: 'high' }) });
      ask('l3');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 10', 'l1 20', 'l3 30']);
    });
  });
});
