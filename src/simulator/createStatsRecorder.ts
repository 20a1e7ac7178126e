import type { Dimension } from '../model/Dimension.ts';
import type { ModelId } from '../model/Models.ts';
import type { Consumption } from '../rules/serverModel/chargeModels.ts';
import type { SimulatorStats } from './SimulatorStats.ts';
import type { SimulatedModel } from './simulatedModels.ts';

/** Records the statistics of a simulator. */
export interface StatsRecorder {
  requested(): void;
  answered(status: number): void;
  rateLimited(dimension: Dimension): void;
  faulted(): void;
  connected(): void;
  disconnected(): void;
  admitted(model: ModelId, now: number): void;
  ended(model: ModelId, consumption: Consumption): void;
  aborted(): void;
  stats(now: number): SimulatorStats;
}

/** Creates an empty recorder. */
export function createStatsRecorder(models: ReadonlyMap<ModelId, SimulatedModel>): StatsRecorder {
  let requests = 0;
  let faults = 0;
  let aborted = 0;
  const connections = { open: 0, total: 0 };
  const tokens = { prompt: 0, cached: 0, completion: 0 };
  const byStatus = new Map<string, number>();
  const rateLimited = new Map<Dimension, number>();
  const asked = new Map(
    [...models.keys()].map((id) => [id, { admitted: 0, inFlight: 0, times: new Map<'first' | 'last', number>() }]),
  );

  return {
    requested: () => requests++,
    answered(status) {
      count(byStatus, String(status));
    },
    rateLimited(dimension) {
      count(rateLimited, dimension);
    },
    faulted: () => faults++,
    connected() {
      connections.open++;
      connections.total++;
    },
    disconnected: () => connections.open--,
    admitted(id, now) {
      const model = asked.get(id);
      if (model === undefined) return;
      model.admitted++;
      model.inFlight++;
      if (!model.times.has('first')) model.times.set('first', now);
      model.times.set('last', now);
    },
    ended(id, { promptTokens, completionTokens, cachedTokens = 0 }) {
      tokens.prompt += promptTokens;
      tokens.cached += cachedTokens;
      tokens.completion += completionTokens;
      const model = asked.get(id);
      if (model !== undefined) model.inFlight--;
    },
    aborted: () => aborted++,
    stats: (now) => ({
      now,
      requests,
      byStatus: Object.fromEntries(byStatus),
      rateLimited: Object.fromEntries(rateLimited),
      faults,
      tokens: { ...tokens },
      connections: { ...connections },
      aborted,
      models: Object.fromEntries(
        [...models].map(([id, { server }]) => {
          const { admitted = 0, inFlight = 0, times } = asked.get(id) ?? {};
          const first = times?.get('first');
          const last = times?.get('last');
          const admissions = { ...(first !== undefined && { firstAdmission: first, lastAdmission: last ?? first }) };
          return [id, { admitted, inFlight, ...admissions, levels: server.levels(now) }];
        }),
      ),
    }),
  };
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
