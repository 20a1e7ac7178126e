import type { Job } from '../../model/Job.ts';
import type { Tenant } from './PriorityClass.ts';

/** The number of tenants that are always kept, before irrelevant ones are forgotten. */
const KEPT = 1_000;

/** What the tenants of a queue were granted, which matters only while they compete. */
export class Tenants<J extends Job> {
  readonly #byName = new Map<string, Tenant<J>>();
  /** The number of tenants at which irrelevant ones are forgotten. */
  #roomFor = KEPT;
  /** The tenant whose turn was last: its tokens show how far the turns have advanced. */
  #served: Tenant<J> | undefined;

  get size(): number {
    return this.#byName.size;
  }

  /**
   * The tenant of an arriving job. A tenant without waiting jobs starts where the turns have advanced to: it saves
   * nothing up, and does not go before tenants that were served once and wait for their next turn.
   */
  arriving(name = ''): Tenant<J> {
    let tenant = this.#byName.get(name);
    if (tenant === undefined) {
      // Before it is added, since it has no waiting jobs yet.
      if (this.#byName.size >= this.#roomFor) this.#forgetPassed();
      tenant = { service: 0, waiting: 0, lines: {} };
      this.#byName.set(name, tenant);
    }
    if (tenant.waiting === 0) tenant.service = Math.max(tenant.service, this.#served?.service ?? 0);
    return tenant;
  }

  /** It is the turn of this tenant. */
  serve(name = ''): void {
    this.#served = this.#byName.get(name) ?? this.#served;
  }

  /** Adds to the tokens that a tenant was granted, or takes some back. Returns it, unless it was forgotten. */
  grant(tokens: number, name = ''): Tenant<J> | undefined {
    const tenant = this.#byName.get(name);
    // Tokens given back for a forgotten tenant are not saved.
    if (tenant !== undefined) tenant.service = Math.max(0, tenant.service + tokens);
    return tenant;
  }

  /** No tenant competes any more. */
  forget(): void {
    this.#served = undefined;
    if (this.size > 1) this.#byName.clear();
    else for (const tenant of this.#byName.values()) tenant.service = 0;
  }

  /** Forgets tenants without waiting jobs that the turns have passed: they would start again in any case. */
  #forgetPassed(): void {
    const reached = this.#served?.service ?? 0;
    for (const [name, { waiting, service }] of this.#byName) {
      if (waiting === 0 && service < reached) this.#byName.delete(name);
    }
    this.#roomFor = Math.max(KEPT, 2 * this.size);
  }
}
