import type { Cost } from '../../model/Cost.ts';
import type { Reservation } from '../../model/Reservation.ts';
import { type Linked, LinkedList } from '../queue/LinkedList.ts';
import { LONGEST_WAY } from './Bucket.ts';
import type { Mark } from './Feedback.ts';
import type { Gauge } from './Gauge.ts';
import type { RefundMark } from './RefundWatch.ts';

/** The state of a reservation between its charge and its settlement. */
export interface OpenReservation extends Linked<OpenReservation> {
  readonly cost: Cost;
  /** When it was charged here, in milliseconds. */
  readonly at: number;
  /** The number of the event at which it was charged here. */
  readonly chargedAt: number;
  /** When it was sent, in milliseconds, or -1 before that. */
  sentAt: number;
  /** The charged limits: those known at that time, and those that its own answer was the first to show. */
  gauges: readonly Gauge[];
  /** The number of the event by which the server had charged it, or -1 while that is unknown. */
  arrivedAt: number;
  /** Whether its headers were processed. Later ones are ignored. */
  heard: boolean;
  /** By how many tokens its answer has raised the TPM level. */
  raised: number;
  /** Compared with its answer. Of several charges at once only the first has marks: the others would show the same. */
  marks: Marks | undefined;
}

/** The state of the shown limits when a request was charged. */
export interface Marks {
  readonly rpd: Mark | undefined;
  readonly tpm: Mark | undefined;
  readonly refund: RefundMark;
}

/** The unsettled reservations, and, in the order of sending, those that may be in transit. */
export class OpenReservations {
  // Keyed by the object, not by its id: within a process, a reservation is always the same object.
  readonly #open = new Map<Reservation, OpenReservation>();
  readonly #underWay = new LinkedList<OpenReservation>();

  get size(): number {
    return this.#open.size;
  }

  get(reservation: Reservation): OpenReservation | undefined {
    return this.#open.get(reservation);
  }

  add(reservation: Reservation, open: OpenReservation): void {
    this.#open.set(reservation, open);
  }

  /** Notes that a request was sent: long after its charge, if a connection had to be opened first. */
  send(open: OpenReservation, now: number): void {
    if (open.sentAt >= 0 || open.arrivedAt >= 0) return;
    open.sentAt = now;
    this.#underWay.push(open);
  }

  /** The total cost, in one unit, of the answered open reservations that arrived after an event. */
  arrivedSince(event: number, unit: keyof Cost): number {
    let sum = 0;
    for (const { cost, arrivedAt, heard } of this.#open.values()) if (heard && arrivedAt > event) sum += cost[unit];
    return sum;
  }

  delete(reservation: Reservation): void {
    this.#open.delete(reservation);
  }

  /** The oldest reservation that must have arrived by now although no answer has shown it. */
  overdue(now: number): OpenReservation | undefined {
    const { first } = this.#underWay;
    return first !== undefined && first.sentAt + LONGEST_WAY <= now ? first : undefined;
  }

  /** Notes that the server has charged a reservation, and returns whether that is new. */
  arrive(open: OpenReservation, event: number): boolean {
    if (open.arrivedAt >= 0) return false;
    open.arrivedAt = event;
    if (open.sentAt >= 0) this.#underWay.remove(open);
    return true;
  }
}
