import type { Cost } from '../../model/Cost.ts';
import type { Reservation } from '../../model/Reservation.ts';
import { type Linked, LinkedList } from '../queue/LinkedList.ts';
import { LONGEST_WAY } from './Bucket.ts';
import type { Mark } from './Feedback.ts';
import type { Gauge } from './Gauge.ts';
import type { RefundMark } from './RefundWatch.ts';

/** What is remembered of a reservation, from its charge until it is settled. */
export interface OpenReservation extends Linked<OpenReservation> {
  readonly cost: Cost;
  /** When it was charged here, in milliseconds. */
  readonly at: number;
  /** The number of the event at which it was charged here. */
  readonly chargedAt: number;
  /** When it was sent, in milliseconds, or -1. */
  sentAt: number;
  /** The limits that were charged: those that were known by then. */
  gauges: readonly Gauge[];
  /** The number of the event at which the server had charged it, or -1 as long as that is not known. */
  arrivedAt: number;
  /** Whether its answer was heard. What is said of it after that says nothing new. */
  heard: boolean;
  /** By how many tokens its answer has raised the level of the minute. */
  raised: number;
  /** What its answer is compared with. Of many charges at once only the first has it: the others would say the same. */
  marks: Marks | undefined;
}

/** What was known when a request was charged. */
export interface Marks {
  readonly rpd: Mark | undefined;
  readonly tpm: Mark | undefined;
  readonly refund: RefundMark;
}

/** The reservations that are not settled, and among them, first sent first, those that may be on their way. */
export class OpenReservations {
  // Keyed by the object and not by its id: within a process one question is one object.
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

  /** Notes that a request has set out, which may be long after it was charged when a connection had to be made. */
  send(open: OpenReservation, now: number): void {
    if (open.sentAt >= 0 || open.arrivedAt >= 0) return;
    open.sentAt = now;
    this.#underWay.push(open);
  }

  /** What open reservations cost in all, in one unit, whose answers have shown that they arrived after an event. */
  arrivedSince(event: number, unit: keyof Cost): number {
    let sum = 0;
    for (const { cost, arrivedAt, heard } of this.#open.values()) if (heard && arrivedAt > event) sum += cost[unit];
    return sum;
  }

  delete(reservation: Reservation): void {
    this.#open.delete(reservation);
  }

  /** The oldest one that must have arrived by now, although no answer has said so. */
  overdue(now: number): OpenReservation | undefined {
    const { first } = this.#underWay;
    return first !== undefined && first.sentAt + LONGEST_WAY <= now ? first : undefined;
  }

  /** Notes that the server has a charge, and tells whether that was not known before. */
  arrive(open: OpenReservation, event: number): boolean {
    if (open.arrivedAt >= 0) return false;
    open.arrivedAt = event;
    if (open.sentAt >= 0) this.#underWay.remove(open);
    return true;
  }
}
