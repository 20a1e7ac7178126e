import { from, map, type SchedulerLike, tap } from 'rxjs';
import type { MemoryLimitStore } from '../../../src/adapters/memoryLimitStore.ts';
import type { Limits } from '../../../src/model/Limits.ts';
import type { Outcome } from '../../../src/model/Outcome.ts';
import type { Reservation } from '../../../src/model/Reservation.ts';
import type { Verdict } from '../../../src/model/Verdict.ts';
import type { LimitStore } from '../../../src/ports/LimitStore.ts';
import { dice } from './Dice.ts';
import type { Fault } from './Fault.ts';
import { STORE_FAULTS, type StoreFaultKind } from './storeFaults.ts';

/** The context of a {@link Ledger}. */
export interface LedgerConfig {
  readonly store: LimitStore | MemoryLimitStore;
  readonly scheduler: SchedulerLike;
  readonly faults: readonly Fault[];
  /** Called with each violated property. */
  readonly found: (finding: string) => void;
}

/** A proxy between a client and its store that injects faults, and records grants and settlements. */
export class Ledger implements LimitStore {
  /** The reservations that were granted and not settled. */
  readonly open = new Set<Reservation>();
  readonly #config: LedgerConfig;
  readonly #settled = new Set<Reservation>();
  readonly #failed = new Set<Reservation>();
  #asked = 0;

  constructor(config: LedgerConfig) {
    this.#config = config;
  }

  reserve(reservation: Reservation): ReturnType<LimitStore['reserve']> {
    let answer: ReturnType<LimitStore['reserve']>;
    try {
      answer = this.#spoiled(() => this.#config.store.reserve(reservation)) as typeof answer;
    } catch (error) {
      this.#failed.add(reservation);
      throw error;
    }
    const hear = (verdict: Verdict): Verdict => {
      if (verdict.type === 'granted' && !this.#settled.has(reservation)) this.open.add(reservation);
      return verdict;
    };
    if ('type' in answer) return hear(answer);
    return from(answer).pipe(
      map(hear),
      tap({
        error: () => {
          this.#failed.add(reservation);
        },
      }),
    );
  }

  sent(reservation: Reservation): undefined {
    if (!this.open.has(reservation)) this.#config.found('a request was sent without a reservation');
    return this.#spoiled(() => this.#config.store.sent?.(reservation)) as undefined;
  }

  settle(reservation: Reservation, outcome: Outcome): undefined {
    // A failed reservation may still have been granted, and is given back.
    const failed = this.#failed.delete(reservation) && outcome.type === 'unsent';
    if (!this.open.delete(reservation) && !failed) {
      const twice = this.#settled.has(reservation);
      this.#config.found(`a reservation was settled ${twice ? 'twice' : 'that was never made'}`);
    }
    this.#settled.add(reservation);
    if (outcome.type === 'used' && !Object.values(outcome.cost).every((units) => units >= 0 && units < 1e13)) {
      this.#config.found(`a reservation was settled as ${JSON.stringify(outcome.cost)}`);
    }
    return this.#spoiled(() => this.#config.store.settle(reservation, outcome)) as undefined;
  }

  learn(...args: Parameters<NonNullable<LimitStore['learn']>>): undefined {
    if (!this.open.has(args[0])) this.#config.found('an answer came to a reservation that was settled');
    return this.#spoiled(() => this.#config.store.learn?.(...args)) as undefined;
  }

  changes(key: string): ReturnType<LimitStore['changes']> {
    return this.#spoiled(() => this.#config.store.changes(key)) as ReturnType<LimitStore['changes']>;
  }

  levels(key: string): ReturnType<LimitStore['levels']> {
    return this.#spoiled(() => this.#config.store.levels(key)) as ReturnType<LimitStore['levels']>;
  }

  setLimits(key: string, limits: Limits): void {
    const { store } = this.#config;
    if ('setLimits' in store) store.setLimits(key, limits);
  }

  #spoiled(answer: () => unknown): unknown {
    this.#asked += 1;
    const { scheduler, faults } = this.#config;
    const now = scheduler.now();
    for (const { kind, from: begin, until, share, seed } of faults) {
      if (!(kind in STORE_FAULTS) || now < begin || now >= until) continue;
      const chance = dice(seed, this.#asked);
      if (!chance.chance(share)) continue;
      return STORE_FAULTS[kind as StoreFaultKind](answer, { dice: chance, scheduler, rest: until - now });
    }
    return answer();
  }
}
