import type { ModelId } from '../model/Models.ts';
import { Lane, type LaneConfig } from './Lane.ts';

/** The number of open lanes that are always kept, before idle ones are retired. */
const KEPT = 32;

/** The lanes by model: opened on demand, retired when too many are open and they are idle. */
export class Lanes {
  readonly #config: LaneConfig;
  readonly #lanes = new Map<ModelId, Lane>();
  /** The number of open lanes at which idle ones are retired: twice the busy ones, so that these are not searched often. */
  #roomFor = KEPT;

  constructor(config: LaneConfig) {
    this.#config = config;
  }

  /** The lanes with pending requests. */
  get busy(): readonly Lane[] {
    return [...this.#lanes.values()].filter(({ idle }) => !idle);
  }

  of(model: ModelId): Lane {
    let lane = this.#lanes.get(model);
    if (lane === undefined || lane.closed) {
      this.#retireIdle();
      lane = new Lane(model, this.#config);
      this.#lanes.set(model, lane);
    }
    return lane;
  }

  /** Releases all lanes. */
  retire(): void {
    for (const lane of this.#lanes.values()) lane.retire();
    this.#lanes.clear();
  }

  #retireIdle(): void {
    if (this.#lanes.size < this.#roomFor) return;
    for (const [model, lane] of this.#lanes) {
      if (!lane.idle) continue;
      lane.retire();
      this.#lanes.delete(model);
    }
    this.#roomFor = Math.max(KEPT, 2 * this.#lanes.size);
  }
}
