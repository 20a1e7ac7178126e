import type { ModelId } from '../model/Models.ts';
import { seeded } from '../rules/seeded.ts';
import { createStatsRecorder, type StatsRecorder } from './createStatsRecorder.ts';
import { organizationId } from './ids.ts';
import type { ResolvedOptions } from './SimulatorOptions.ts';
import { type SimulatedModel, simulatedModels } from './simulatedModels.ts';
import { type SimulatorClock, simulatorClock } from './simulatorClock.ts';

/** The state of a running simulator. */
export interface Simulation {
  readonly options: ResolvedOptions;
  readonly clock: SimulatorClock;
  readonly models: ReadonlyMap<ModelId, SimulatedModel>;
  readonly recorder: StatsRecorder;
  readonly organization: string;
  /** The number of the next request of any kind, from 0. */
  readonly nextRequest: () => number;
  /** The number of the next valid chat request, from 0. */
  readonly nextChat: () => number;
}

/** Creates a simulation with full buckets, at its time 0. */
export function createSimulation(options: ResolvedOptions): Simulation {
  const { tier, limits, chargeModel, limiter, rounding } = options;
  const models = simulatedModels({ tier, limits, chargeModel, shape: limiter, rounding });
  let requests = 0;
  let chats = 0;
  return {
    options,
    clock: simulatorClock(options.scheduler, options.speed),
    models,
    recorder: createStatsRecorder(models),
    organization: organizationId(seeded(options.seed)),
    nextRequest: () => requests++,
    nextChat: () => chats++,
  };
}
