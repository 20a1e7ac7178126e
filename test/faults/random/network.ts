import { defer, finalize, Observable, type SchedulerLike, Subscription } from 'rxjs';
import type { Transport, WireEvent, WireRequest } from '../../../src/ports/Transport.ts';
import { wire } from '../../../src/testing/wire.ts';
import { dice } from './Dice.ts';
import type { Fault } from './Fault.ts';
import { WIRE_FAULTS, type WireFaultKind } from './wireFaults.ts';

/** The context of a {@link network}. */
export interface NetworkConfig {
  readonly server: { send(request: WireRequest): Observable<WireEvent> };
  readonly scheduler: SchedulerLike;
  readonly faults: readonly Fault[];
  readonly mild: boolean;
  /** Called when a request is sent. Returns the text pieces of a streamed answer, and their pace. */
  readonly sending: (ask: number, count: number) => { readonly pieces: readonly string[]; readonly every: number };
}

/** A transport that injects faults. */
export interface Network extends Transport {
  /** The indices of requests in flight, repeated for each attempt. */
  readonly open: readonly number[];
  readonly count: number;
}

/** Makes a network in front of a server. */
export function network({ server, scheduler, faults, mild, sending }: NetworkConfig): Network {
  const open: number[] = [];
  // These faults come last: data after the end, no data at all, and pieces that cannot be parsed here.
  const LAST = ['open', 'empty', 'pieces'];
  const rank = ({ kind }: Fault): number => LAST.indexOf(kind);
  const ordered = [...faults].sort((a, b) => rank(a) - rank(b));
  let count = 0;
  return {
    open,
    get count() {
      return count;
    },
    send: (request) =>
      defer(() => {
        const ask = Number((JSON.parse(String(request.body)) as { user: string }).user);
        const index = count++;
        const { pieces, every } = sending(ask, index);
        open.push(ask);
        let events: Observable<WireEvent> = talking(server.send(request), pieces, every, scheduler);
        const now = scheduler.now();
        for (const { kind, from, until, share, seed } of ordered) {
          if (!(kind in WIRE_FAULTS) || now < from || now >= until) continue;
          const chance = dice(seed, index);
          if (!chance.chance(share)) continue;
          events = WIRE_FAULTS[kind as WireFaultKind](events, { dice: chance, scheduler, mild });
        }
        return events.pipe(
          finalize(() => {
            open.splice(open.indexOf(ask), 1);
          }),
        );
      }),
  };
}

/** Adds text to a streamed answer, between its head and its end. */
function talking(
  events: Observable<WireEvent>,
  pieces: readonly string[],
  every: number,
  scheduler: SchedulerLike,
): Observable<WireEvent> {
  return new Observable((client) => {
    const timers = new Subscription();
    let said = 0;
    let good = false;
    const say = (): void => {
      const piece = pieces[said++];
      if (piece === undefined) return;
      client.next(wire.text(piece));
      timers.add(scheduler.schedule(say, every));
    };
    timers.add(
      events.subscribe({
        next: (event) => {
          // Pieces that were not sent yet come before the end.
          if (event.type === 'data' && good) while (said < pieces.length) client.next(wire.text(pieces[said++] ?? ''));
          client.next(event);
          if (event.type !== 'head' || event.status !== 200) return;
          good = true;
          timers.add(scheduler.schedule(say, every));
        },
        error: (error: unknown) => {
          client.error(error);
        },
        complete: () => {
          client.complete();
        },
      }),
    );
    return timers;
  });
}
