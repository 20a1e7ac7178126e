import type { Limits, Tier } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import { MODELS, type ModelInfo } from '../model/Models.ts';
import { merged } from '../rules/merged.ts';
import { createServerModel, type ServerModel, type ServerModelConfig } from '../rules/serverModel.ts';

/** A model that the simulator serves. */
export interface SimulatedModel {
  readonly id: ModelId;
  readonly kind: ModelInfo['kind'];
  /** Tokens. */
  readonly contextWindow: number;
  /** Tokens. */
  readonly maxCompletionTokens: number;
  readonly server: ServerModel;
}

/** The assumed properties of a model that only the option `limits` names. */
const UNKNOWN = { kind: 'chat', contextWindow: 131_072, maxCompletionTokens: 65_536, limits: {} } as const;

/** How the models are limited. */
export interface SimulatedLimits extends Omit<ServerModelConfig, 'limits'> {
  readonly tier: Tier;
  readonly limits: false | Readonly<Record<ModelId, Limits>>;
}

/** Every model of the catalogue and of `limits`, each with its own full buckets. */
export function simulatedModels({ tier, limits, ...config }: SimulatedLimits): ReadonlyMap<ModelId, SimulatedModel> {
  const own = limits === false ? {} : limits;
  const ids = new Set([...MODELS.keys(), ...Object.keys(own)]);
  return new Map(
    [...ids].map((id) => {
      const { kind, contextWindow, maxCompletionTokens, limits: byTier }: ModelInfo = MODELS.get(id) ?? UNKNOWN;
      const kept = limits === false ? {} : merged(byTier[tier] ?? {}, own[id]);
      const server = createServerModel({ ...config, limits: kept });
      return [id, { id, kind, contextWindow, maxCompletionTokens, server }];
    }),
  );
}

/** A model as `GET /models` lists it. */
export interface ListedModel {
  readonly id: ModelId;
  readonly object: 'model';
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly active: true;
  readonly context_window: number;
  readonly public_apps: null;
  readonly max_completion_tokens: number;
}

/** As Groq reports them; the others were not recorded. */
const CREATED: ReadonlyMap<ModelId, number> = new Map([
  ['openai/gpt-oss-120b', 1_754_408_224],
  ['whisper-large-v3-turbo', 1_728_413_088],
  ['canopylabs/orpheus-arabic-saudi', 1_765_926_439],
]);
const NOT_RECORDED = 1_750_000_000;

const OWNERS: readonly (readonly [prefix: string, owner: string])[] = [
  ['openai/', 'OpenAI'],
  ['whisper', 'OpenAI'],
  ['qwen/', 'Alibaba Cloud'],
  ['groq/', 'Groq'],
  ['meta-llama/', 'Meta'],
  ['canopylabs/', 'Canopy Labs'],
  ['allam', 'SDAIA'],
];

export function listedModel({ id, contextWindow, maxCompletionTokens }: SimulatedModel): ListedModel {
  return {
    id,
    object: 'model',
    created: CREATED.get(id) ?? NOT_RECORDED,
    owned_by: OWNERS.find(([prefix]) => id.startsWith(prefix))?.[1] ?? 'Groq',
    active: true,
    context_window: contextWindow,
    public_apps: null,
    max_completion_tokens: maxCompletionTokens,
  };
}
