import { from, type ObservableInput } from 'rxjs';
import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Grant, Outcome, Verdict } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import type { LimitKey } from '../../model/Limits.ts';
import type { Priority } from '../../model/Priority.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { covers } from '../../rules/counting/cost.ts';
import { type Blocked, blocked, mayBePassed, putOffBy } from '../../rules/queue/bypass.ts';
import type { RefusalListener, Refusals, RefusalsConfig } from './Refusals.ts';
import { type Granter, JobReservation, StoreGrant, tell } from './StoreGrant.ts';

/** For whom an {@link Admission} works. */
export interface AdmissionListener<J extends Job> extends RefusalListener<J> {
  /** A job may be sent. Not called once {@link Admission.close} was. */
  granted(grant: Grant<J>): void;
  /** There may be something to grant now. */
  wake(): void;
  /** There is nothing to grant before the best one may fit. */
  rest(): void;
  /** This key is asked for. */
  watch(key: LimitKey): void;
}

/** What an {@link Admission} works with. */
export interface AdmissionConfig<J extends Job> extends RefusalsConfig<J> {
  readonly inFlight: number;
  /** Which part of its slack a blocked job may be put off by smaller ones, from 0 to 1. */
  readonly bypass: number;
  /** What the ids of the reservations begin with. */
  readonly name: string;
}

/** A question, and for whom it is asked. */
interface Asked<J extends Job> {
  readonly ticket: Ticket<J>;
  readonly reservation: JobReservation;
  /** The priority that leaves a part of the day to what is more urgent, when that is why this one is asked for. */
  readonly above?: Priority | undefined;
}

type Hear = (verdict: Verdict) => boolean;

/** How many of those behind a blocked job are looked at, to find one that may go first. */
const LOOK_BEHIND = 16;

/**
 * Takes the best job of a backlog whenever the store grants its cost.
 *
 * A grant is for a cost and not for a job: while the store thinks, a better job may come, and takes the grant if it is
 * covered by it. So nothing has to be settled but the grant itself.
 */
export class Admission<J extends Job> implements Granter<J> {
  /** When the first of those that were asked for may fit, by the store's last word. */
  headStartsAt: number | undefined;
  readonly store: LimitStore;
  readonly #listener: AdmissionListener<J>;
  readonly #config: AdmissionConfig<J>;
  readonly #refusals: Refusals<J>;
  /** Those who wait, once there are any. */
  #backlog: Backlog<J> | undefined;
  /** What was asked for the best job, until that is decided. */
  #asked: Asked<J> | undefined;
  /** Whether the store is thinking. */
  #asking = false;
  /** Whether somebody has looked while the store was thinking: it may have answered from before. */
  #missed = false;
  /** How many grants are not settled. */
  #unsettled = 0;
  /** How many questions there were. */
  #count = 0;
  #closed = false;

  constructor(listener: AdmissionListener<J>, refusals: Refusals<J>, config: AdmissionConfig<J>) {
    this.#listener = listener;
    this.#refusals = refusals;
    this.#config = config;
    this.store = config.store;
  }

  get asking(): boolean {
    return this.#asking;
  }

  /** Whether nobody is granted until a grant is settled. */
  get isFull(): boolean {
    return this.#unsettled >= this.#config.inFlight;
  }

  /** Grants all that can be granted now, best first. */
  pump(backlog: Backlog<J>): void {
    this.#backlog = backlog;
    this.#missed = this.#asking;
    while (!this.#closed && !this.#asking && this.#step(backlog));
  }

  /** Grants nothing any more. What the store still grants is given back. */
  close(): void {
    this.#closed = true;
  }

  /** Hears that a grant was settled. */
  settled(job: J, outcome: Outcome): void {
    this.#unsettled -= 1;
    // Whoever was refused has had a turn, and a charge that stays is what was had.
    if (outcome.type === 'used' || outcome.type === 'unsent') {
      const had = outcome.type === 'used' ? outcome.cost.tokens : 0;
      this.#backlog?.correct(job, had - job.cost.tokens);
    }
    this.#listener.wake();
  }

  /** Does one thing, and tells whether it is worth going on at once. */
  #step(backlog: Backlog<J>): boolean {
    this.headStartsAt = undefined;
    const ticket = backlog.peek();
    if (ticket === undefined || this.#closed || this.isFull) return false;
    this.#asked = this.#asked?.ticket === ticket ? this.#asked : this.#ask(ticket);
    return this.#reserve(backlog, this.#asked);
  }

  #reserve(backlog: Backlog<J>, asked: Asked<J>): boolean {
    this.#listener.watch(asked.reservation.key);
    const answer = this.store.reserve(asked.reservation);
    if ('type' in answer) return this.#hear(backlog, asked, answer);
    const askedAt = this.#config.scheduler.now();
    return this.#await(backlog, asked, answer, (verdict) => this.#hear(backlog, asked, verdict, askedAt));
  }

  #ask(ticket: Ticket<J>, above?: Priority): Asked<J> {
    const { key, name } = this.#config;
    return { ticket, reservation: new JobReservation(ticket.job, key(ticket.job), name, this.#count++), above };
  }

  /**
   * Waits for the store's answer, and looks again when there may be more to do: when the answer has changed something,
   * or somebody has looked in vain since the question was put.
   *
   * @param hear Hears the verdict, and tells whether it has changed anything.
   */
  #await(backlog: Backlog<J>, { ticket }: Asked<J>, answer: ObservableInput<Verdict>, hear: Hear): boolean {
    this.#asking = true;
    const heard = (act: () => boolean): void => {
      this.#asking = false;
      const again = act() || this.#missed;
      // It may have asked for another one.
      if (this.asking) return;
      this.#missed = false;
      if (again) this.#listener.wake();
      else this.#listener.rest();
    };
    // Never unsubscribed: a reservation that was made has to be given back, whoever still waits for it.
    from(answer).subscribe({
      next: (verdict) => {
        heard(() => hear(verdict));
      },
      error: (error: unknown) => {
        heard(() => {
          this.#asked = undefined;
          this.#refusals.failed(backlog, ticket, error);
          return true;
        });
      },
    });
    return !this.asking;
  }

  /** Hears of a job whose turn it is, and tells whether that has changed anything. */
  #hear(backlog: Backlog<J>, asked: Asked<J>, verdict: Verdict, askedAt?: number): boolean {
    const { ticket } = asked;
    if (verdict.type !== 'wait') return this.#decide(backlog, asked, verdict);
    const { scheduler, bypass } = this.#config;
    const now = scheduler.now();
    this.headStartsAt = Math.min(this.headStartsAt ?? Infinity, (askedAt ?? now) + verdict.ms);
    if (!ticket.waiting || this.#closed || this.#missed) return false;
    const { priority } = ticket.job;
    const urgent = verdict.yields === true ? backlog.peek(priority) : undefined;
    if (urgent !== undefined) return this.#reserve(backlog, this.#ask(urgent, priority));
    const before = blocked(ticket, verdict, bypass, now);
    return mayBePassed(before) && this.#letPass(backlog, before, behind(backlog, ticket));
  }

  /** Does what a verdict says that is final. */
  #decide(backlog: Backlog<J>, asked: Asked<J>, verdict: Exclude<Verdict, { type: 'wait' }>): true {
    const { ticket, reservation } = asked;
    if (this.#asked === asked) this.#asked = undefined;
    if (verdict.type === 'never') this.#refusals.tooLarge(backlog, ticket, verdict);
    else this.#give(backlog, this.#takerOf(backlog, asked), reservation);
    return true;
  }

  /** Who takes a grant: the best one whom it pays for, or else the one for whom it was asked, if that still waits. */
  #takerOf(backlog: Backlog<J>, { ticket, reservation: { key, cost }, above }: Asked<J>): Ticket<J> | undefined {
    if (this.#closed) return undefined;
    const best = backlog.peek(above);
    if (best === ticket) return ticket;
    const paid = best !== undefined && this.#config.key(best.job) === key && covers(cost, best.job.cost);
    return paid ? best : ticket.waiting ? ticket : undefined;
  }

  /** Lets the first of some that fits go before a blocked one. */
  #letPass(backlog: Backlog<J>, before: Blocked, tickets: readonly Ticket<J>[]): boolean {
    for (const [i, ticket] of tickets.entries()) {
      const delay = ticket.waiting ? putOffBy(ticket.job, before) : undefined;
      if (delay === undefined) continue;
      const asked = this.#ask(ticket);
      const hear = (verdict: Verdict): boolean => {
        if (verdict.type !== 'granted') return false;
        // For this one alone: the one that it passes is not to have it.
        const takes = ticket.waiting && !this.#closed;
        if (takes) before.head.putOff += delay;
        this.#give(backlog, takes ? ticket : undefined, asked.reservation);
        return true;
      };
      const answer = this.store.reserve(asked.reservation);
      if ('type' in answer) {
        if (hear(answer)) return true;
      } else {
        return this.#await(backlog, asked, answer, (verdict) => {
          const goesOn = !this.#closed && !this.#missed;
          return hear(verdict) || (goesOn && this.#letPass(backlog, before, tickets.slice(i + 1)));
        });
      }
    }
    return false;
  }

  /** Gives what was granted to the one who takes it, or back where there is none. */
  #give(backlog: Backlog<J>, taker: Ticket<J> | undefined, reservation: JobReservation): void {
    if (taker === undefined) {
      tell(this.store.settle(reservation, { type: 'unsent' }));
      return;
    }
    const { job } = taker;
    backlog.remove(taker);
    backlog.serve(job, job.cost.tokens);
    this.#unsettled += 1;
    this.#listener.granted(new StoreGrant(job, reservation, this));
  }
}

/** The first ones after a job, best first. */
function behind<J extends Job>(backlog: Backlog<J>, head: Ticket<J>): Ticket<J>[] {
  const tickets: Ticket<J>[] = [];
  for (const ticket of backlog) {
    if (tickets.length >= LOOK_BEHIND) break;
    if (ticket !== head) tickets.push(ticket);
  }
  return tickets;
}
