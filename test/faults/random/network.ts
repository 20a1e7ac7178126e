import { defer, finalize, Observable, type SchedulerLike, Subscription } from 'rxjs';
import type { Transport, WireEvent, WireRequest } from '../../../src/ports/Transport.ts';
import { wire } from '../../../src/testing/wire.ts';
import { dice } from './Dice.ts';
import type { Fault } from './Fault.ts';
import { WIRE_FAULTS, type WireFaultKind } from './wireFaults.ts';

/** What a {@link network} works with. */
export interface NetworkConfig {
  readonly server: { send(request: WireRequest): Observable<WireEvent> };
  readonly scheduler: SchedulerLike;
  readonly faults: readonly Fault[];
  readonly mild: boolean;
  /** A request goes out, and which of all it is. Gives the pieces of text that a streamed answer has, and their pace. */
  readonly sending: (ask: number, count: number) => { readonly pieces: readonly string[]; readonly every: number };
}

/** A transport that spoils what goes over it. */
export interface Network extends Transport {
  /** Whose requests are on the wire, as often as they are. */
  readonly open: readonly number[];
  readonly count: number;
}

/** Makes the network before a server. */
export function network({ server, scheduler, faults, mild, sending }: NetworkConfig): Network {
  const open: number[] = [];
  // What comes after the end comes after all else; what is empty says nothing; what is in pieces cannot be read here.
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

/** Has a streamed answer say something between its head and its end. */
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
          // What was not said yet comes before the end.
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
