import { from, type ObservableInput } from 'rxjs';
import type { Backlog, Ticket } from '../model/Backlog.ts';
import { DIMENSIONS } from '../model/Dimension.ts';
import type { Grant, Outcome, Verdict } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { LimitKey } from '../model/Limits.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { covers } from '../rules/cost.ts';
import { type Granter, Question, StoreGrant, tell } from './grantInternals.ts';
import type { Refusals, RefusalsConfig, Refuser } from './refusalInternals.ts';

/** For whom an {@link Admission} works. */
export interface Lane<J extends Job> extends Refuser<J> {
  /** A job may be sent. Not called once {@link Admission.close} was. */
  granted(grant: Grant<J>): void;
  /** There may be something to grant now. */
  wake(): void;
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
  readonly question: Question;
}

/** How many of those behind a blocked job are looked at, to find one that may go first. */
const LOOK_BEHIND = 16;

/**
 * Takes the best job of a backlog whenever the store grants its cost.
 *
 * A grant is for a cost and not for a job: while the store thinks, a better job may come, and takes the grant if it is
 * covered by it. So nothing has to be settled but the grant itself.
 */
export class Admission<J extends Job> implements Granter<J> {
  /** When the best job waiting may fit, by the store's last word. */
  headStartsAt: number | undefined;
  readonly store: LimitStore;
  readonly #lane: Lane<J>;
  readonly #config: AdmissionConfig<J>;
  readonly #refusals: Refusals<J>;
  /** Those who wait, once there are any. */
  #backlog: Backlog<J> | undefined;
  /** What was asked for the best job, until that is decided. */
  #asked: Asked<J> | undefined;
  /** Whether the store is thinking. */
  #asking = false;
  /** How many grants are not settled. */
  #running = 0;
  /** How many questions there were. */
  #count = 0;
  #closed = false;

  constructor(lane: Lane<J>, refusals: Refusals<J>, config: AdmissionConfig<J>) {
    this.#lane = lane;
    this.#refusals = refusals;
    this.#config = config;
    this.store = config.store;
  }

  get asking(): boolean {
    return this.#asking;
  }

  /** Grants all that can be granted now, best first. */
  pump(backlog: Backlog<J>): void {
    this.#backlog = backlog;
    while (!this.#closed && !this.#asking && this.#step(backlog));
  }

  /** Grants nothing any more. What the store still grants is given back. */
  close(): void {
    this.#closed = true;
  }

  /** Hears that a grant was settled. */
  settled(job: J, outcome: Outcome): void {
    this.#running -= 1;
    if (outcome.type === 'used') this.#backlog?.serve(job, outcome.cost.tokens - job.cost.tokens);
    this.#lane.wake();
  }

  /** Does one thing, and tells whether it is worth going on at once. */
  #step(backlog: Backlog<J>): boolean {
    this.headStartsAt = undefined;
    const ticket = backlog.peek();
    if (ticket === undefined || this.#closed || this.#running >= this.#config.inFlight) return false;
    const asked = this.#asked?.ticket === ticket ? this.#asked : this.#ask(ticket);
    const { question } = asked;
    this.#asked = asked;
    this.#lane.watch(question.key);
    const answer = this.store.reserve(question);
    if (!('type' in answer)) return this.#await(backlog, asked, answer);
    return this.#hear(backlog, asked, answer) || (answer.type === 'wait' && this.#letPass(backlog, ticket, answer));
  }

  #ask(ticket: Ticket<J>): Asked<J> {
    const { key, name } = this.#config;
    return { ticket, question: new Question(ticket.job, key(ticket.job), name, this.#count++) };
  }

  #await(backlog: Backlog<J>, asked: Asked<J>, answer: ObservableInput<Verdict>): boolean {
    this.#asking = true;
    const heard = (act: () => void): void => {
      if (!this.#asking) return;
      this.#asking = false;
      act();
      this.#lane.wake();
    };
    // Never unsubscribed: a reservation that was made has to be given back, whoever still waits for it.
    from(answer).subscribe({
      next: (verdict) => {
        heard(() => this.#hear(backlog, asked, verdict));
      },
      error: (error: unknown) => {
        heard(() => {
          this.#asked = undefined;
          this.#refusals.failed(backlog, asked.ticket, error);
        });
      },
    });
    return !this.#asking;
  }

  #hear(backlog: Backlog<J>, asked: Asked<J>, verdict: Verdict): boolean {
    const { ticket, question } = asked;
    if (verdict.type === 'wait') {
      this.headStartsAt = this.#config.scheduler.now() + verdict.ms;
      return false;
    }
    this.#asked = undefined;
    if (verdict.type === 'never') this.#refusals.tooLarge(backlog, ticket, verdict);
    else {
      const taker = this.#takerOf(backlog, asked);
      if (taker === undefined) tell(this.store.settle(question, { type: 'unsent' }));
      else this.#grant(backlog, taker, question);
    }
    return true;
  }

  /** Who takes a grant: the best one whom it pays for, or else the one for whom it was asked, if that still waits. */
  #takerOf(backlog: Backlog<J>, { ticket, question: { key, cost } }: Asked<J>): Ticket<J> | undefined {
    if (this.#closed) return undefined;
    const best = backlog.peek();
    if (best === ticket) return ticket;
    const paid = best !== undefined && this.#config.key(best.job) === key && covers(cost, best.job.cost);
    return paid ? best : ticket.waiting ? ticket : undefined;
  }

  /** Lets one that fits go before a blocked one, as long as that is not put off by more than its share of slack. */
  #letPass(backlog: Backlog<J>, head: Ticket<J>, verdict: Extract<Verdict, { type: 'wait' }>): boolean {
    const { scheduler, bypass } = this.#config;
    const yields = verdict.yields === true;
    const budget = yields ? Infinity : bypass * (head.deadline - head.job.arrival) - head.putOff;
    if (budget <= 0 || (!yields && (verdict.rate === Infinity || scheduler.now() >= head.deadline))) return false;
    const { unit } = DIMENSIONS[verdict.dimension];
    let looked = 0;
    for (const ticket of backlog) {
      if (ticket === head) continue;
      if (looked++ >= LOOK_BEHIND) return false;
      const delay = ticket.job.cost[unit] / verdict.rate;
      if (delay > budget || (!yields && ticket.job.cost[unit] >= head.job.cost[unit])) continue;
      const asked = this.#ask(ticket);
      const { question } = asked;
      const answer = this.store.reserve(question);
      if (!('type' in answer)) return this.#await(backlog, asked, answer);
      if (answer.type !== 'granted') continue;
      if (!yields) head.putOff += delay;
      this.#grant(backlog, ticket, question);
      return true;
    }
    return false;
  }

  #grant(backlog: Backlog<J>, ticket: Ticket<J>, question: Question): void {
    const { job } = ticket;
    backlog.remove(ticket);
    backlog.serve(job, job.cost.tokens);
    this.#running += 1;
    this.#lane.granted(new StoreGrant(job, question, this));
  }
}
