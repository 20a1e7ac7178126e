import { from, type ObservableInput } from 'rxjs';
import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Grant } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import type { LimitKey } from '../../model/Limits.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Priority } from '../../model/Priority.ts';
import type { Verdict } from '../../model/Verdict.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { covers } from '../../rules/counting/cost.ts';
import { type Blocked, behind, blocked, mayBePassed, putOffBy } from '../../rules/queue/bypass.ts';
import type { RefusalListener, Refusals, RefusalsConfig } from './Refusals.ts';
import { type Granter, JobReservation, StoreGrant, tell } from './StoreGrant.ts';

/** Receives the decisions of an {@link Admission}. */
export interface AdmissionListener<J extends Job> extends RefusalListener<J> {
  /** A job may be sent. Not called once {@link Admission.close} was. */
  granted(grant: Grant<J>): void;
  /** A grant may be possible now. */
  wake(): void;
  /** No grant is possible before the best job may fit. */
  rest(): void;
  /** This key is being asked for. */
  watch(key: LimitKey): void;
}

/** The dependencies of an {@link Admission}. */
export interface AdmissionConfig<J extends Job> extends RefusalsConfig<J> {
  readonly inFlight: number;
  /** The fraction of its slack by which smaller jobs may delay a blocked job, from 0 to 1. */
  readonly bypass: number;
  /** The prefix of the ids of the reservations. */
  readonly name: string;
}

/** A reservation, and the job that it is asked for. */
interface Asked<J extends Job> {
  readonly ticket: Ticket<J>;
  readonly reservation: JobReservation;
  /**
   * The priority that leaves a part of the daily limit to more urgent jobs, if this job is asked for because of that.
   */
  readonly above?: Priority | undefined;
}

type Hear = (verdict: Verdict) => boolean;

/**
 * Takes the best job of a backlog whenever the store grants its cost.
 *
 * A grant is for a cost and not for a job: while the store works, a better job may arrive, and takes the grant if that
 * covers its cost. So only the grant itself must be settled.
 */
export class Admission<J extends Job> implements Granter<J> {
  /** When the first of the jobs that were asked for may fit, by the latest verdict. */
  headStartsAt: number | undefined;
  readonly store: LimitStore;
  readonly #listener: AdmissionListener<J>;
  readonly #config: AdmissionConfig<J>;
  readonly #refusals: Refusals<J>;
  /** The waiting jobs, once there are any. */
  #backlog: Backlog<J> | undefined;
  /** The question for the best job, until it is decided. */
  #asked: Asked<J> | undefined;
  /** Whether an answer of the store is pending. */
  #asking = false;
  /** Whether the backlog was checked while an answer was pending: that answer may be outdated. */
  #missed = false;
  /** The number of unsettled grants. */
  #unsettled = 0;
  /** The number of questions so far. */
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

  /** Whether no grant is possible until one is settled. */
  get isFull(): boolean {
    return this.#unsettled >= this.#config.inFlight;
  }

  /** Grants all jobs that can be granted now, best first. */
  pump(backlog: Backlog<J>): void {
    this.#backlog = backlog;
    this.#missed = this.#asking;
    while (!this.#closed && !this.#asking && this.#step(backlog));
  }

  /** Stops granting. Reservations that the store still grants are given back. */
  close(): void {
    this.#closed = true;
  }

  /** Called when a grant was settled. */
  settled(job: J, outcome: Outcome): void {
    this.#unsettled -= 1;
    // A refused request has had its turn, and a charge that stays was used.
    if (outcome.type === 'used' || outcome.type === 'unsent') {
      const had = outcome.type === 'used' ? outcome.cost.tokens : 0;
      this.#backlog?.correct(job, had - job.cost.tokens);
    }
    this.#listener.wake();
  }

  /** Does one step, and returns whether another step may follow at once. */
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
   * Waits for the store's answer, and checks again if there may be more to do: if the answer has changed something, or
   * the backlog was checked in vain since the question.
   *
   * @param hear Handles the verdict, and returns whether it has changed anything.
   */
  #await(backlog: Backlog<J>, { ticket }: Asked<J>, answer: ObservableInput<Verdict>, hear: Hear): boolean {
    this.#asking = true;
    const heard = (act: () => boolean): void => {
      this.#asking = false;
      let again: boolean;
      try {
        again = act() || this.#missed;
      } catch (error) {
        this.#listener.fail(error);
        return;
      }
      // The handler may have asked for another job.
      if (this.asking) return;
      this.#missed = false;
      if (again) this.#listener.wake();
      else this.#listener.rest();
    };
    // Never unsubscribed: a granted reservation must be given back, even if its job has left.
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

  /** Handles the verdict for the job whose turn it is, and returns whether that has changed anything. */
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

  /** Carries out a final verdict. */
  #decide(backlog: Backlog<J>, asked: Asked<J>, verdict: Exclude<Verdict, { type: 'wait' }>): true {
    const { ticket, reservation } = asked;
    if (this.#asked === asked) this.#asked = undefined;
    if (verdict.type === 'never') this.#refusals.tooLarge(backlog, ticket, verdict);
    else this.#give(backlog, this.#takerOf(backlog, asked), reservation);
    return true;
  }

  /**
   * The job that takes a grant: the best one whose cost it covers, or else the one that it was asked for, if that still
   * waits.
   */
  #takerOf(backlog: Backlog<J>, { ticket, reservation: { key, cost }, above }: Asked<J>): Ticket<J> | undefined {
    if (this.#closed) return undefined;
    const best = backlog.peek(above);
    if (best === ticket) return ticket;
    const paid = best !== undefined && this.#config.key(best.job) === key && covers(cost, best.job.cost);
    return paid ? best : ticket.waiting ? ticket : undefined;
  }

  /** Lets the first job that fits go before a blocked one. */
  #letPass(backlog: Backlog<J>, before: Blocked, tickets: readonly Ticket<J>[]): boolean {
    for (const [i, ticket] of tickets.entries()) {
      const delay = ticket.waiting ? putOffBy(ticket.job, before) : undefined;
      if (delay === undefined) continue;
      const asked = this.#ask(ticket);
      const hear = (verdict: Verdict): boolean => {
        if (verdict.type !== 'granted') return false;
        // For this job only: the blocked one must not take it.
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

  /** Gives a grant to the job that takes it, or gives it back if there is none. */
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
