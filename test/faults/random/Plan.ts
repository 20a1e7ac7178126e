import type { Limits } from '../../../src/model/Limits.ts';
import { PRIORITIES, type Priority } from '../../../src/model/Priority.ts';
import type { LimiterShape } from '../../../src/rules/serverModel.ts';
import { type Dice, dice } from './Dice.ts';
import type { Fault } from './Fault.ts';
import { STORE_FAULTS, type StoreFaultKind } from './storeFaults.ts';
import { WIRE_FAULTS, type WireFaultKind } from './wireFaults.ts';

/**
 * `safety`: no property is violated, whatever goes wrong. `liveness`: after the faults, all accepted requests end
 * within a bounded time, and new requests succeed.
 */
export type Mode = 'safety' | 'liveness';

/** When all faults are over in the mode `liveness`, in milliseconds. */
export const FAULTS_END = 120_000;

/** One request, and the behaviour of its subscriber. */
export interface Ask {
  readonly at: number;
  readonly kind: 'chat' | 'chunks' | 'complete';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly maxCompletionTokens: number;
  /** From its admission to its last token, in milliseconds. */
  readonly duration: number;
  readonly priority: Priority;
  readonly tenant: string | undefined;
  readonly lifecycle: boolean;
  readonly retries: number;
  readonly timeouts: { readonly [phase in 'queue' | 'firstToken' | 'betweenTokens']?: number };
  /** How it is cancelled, and after how many milliseconds or values. */
  readonly leaves: { readonly how: 'unsubscribe' | 'signal' | 'inside'; readonly after: number } | undefined;
  /** When its place changes, in milliseconds after it was made. */
  readonly moves: number | undefined;
  /** Whether the subscriber makes another request within the terminal notification. */
  readonly again: boolean;
}

/** All events of one run. */
export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly limits: Limits;
  readonly shape: LimiterShape;
  readonly unlimited: boolean;
  readonly maxInFlight: number;
  readonly maxQueued: number;
  /** The latency of a message, in milliseconds: the minimum, and the largest addition. */
  readonly way: readonly [least: number, more: number];
  readonly asks: readonly Ask[];
  readonly faults: readonly Fault[];
}

/** Draws a plan with one to five faults. */
export function drawPlan(seed: number, mode: Mode): Plan {
  const world = dice(seed, 1);
  const limits = {
    rpm: 5 + world.below(100),
    rpd: 500 + world.below(5_000),
    tpm: 2_000 + world.below(50_000),
    tpd: 1e6,
  };
  const largest = Math.floor(limits.tpm / 8);
  return {
    seed,
    mode,
    limits,
    shape: world.chance(0.85) ? 'bucket' : world.pick(['fixed', 'sliding']),
    unlimited: mode === 'safety' && world.chance(0.1),
    maxInFlight: world.pick([1, 3, 1_000]),
    maxQueued: mode === 'safety' ? world.pick([3, 1_000, 1_000]) : 1_000,
    way: [1 + world.below(40), world.below(200)],
    asks: Array.from({ length: 1 + world.below(16) }, (_, i) => drawAsk(dice(seed, 2, i), mode, largest)),
    faults: Array.from({ length: 1 + dice(seed, 3).below(5) }, (_, i) => drawFault(dice(seed, 4, i), mode)),
  };
}

function drawAsk(draw: Dice, mode: Mode, largest: number): Ask {
  const maxCompletionTokens = 1 + draw.below(largest);
  return {
    at: draw.chance(0.5) ? 0 : draw.below(60_000),
    kind: draw.pick(['chat', 'chat', 'chunks', 'complete']),
    promptTokens: 1 + draw.below(largest),
    completionTokens: 1 + draw.below(maxCompletionTokens),
    maxCompletionTokens,
    duration: 10 + draw.below(draw.chance(0.8) ? 2_000 : 40_000),
    priority: draw.pick(PRIORITIES),
    tenant: draw.pick([undefined, 'a', 'b']),
    lifecycle: draw.chance(0.3),
    retries: draw.below(4),
    timeouts: {
      ...(draw.chance(0.4) && { queue: draw.below(120_000) }),
      ...(draw.chance(0.2) && { firstToken: 100 + draw.below(20_000) }),
      ...(draw.chance(0.2) && { betweenTokens: 100 + draw.below(20_000) }),
    },
    leaves: draw.chance(0.3)
      ? {
          how: draw.pick(['unsubscribe', 'signal', 'inside']),
          after: draw.chance(0.5) ? draw.below(6) : draw.below(30_000),
        }
      : undefined,
    moves: draw.chance(0.15) ? draw.below(20_000) : undefined,
    again: mode === 'safety' && draw.chance(0.1),
  };
}

const WIRE_KINDS = Object.keys(WIRE_FAULTS) as readonly WireFaultKind[];
const STORE_KINDS = Object.keys(STORE_FAULTS) as readonly StoreFaultKind[];

function drawFault(draw: Dice, mode: Mode): Fault {
  const from = draw.chance(0.4) ? 0 : draw.below(FAULTS_END / 2);
  const until = from + 1 + draw.below(FAULTS_END / 2);
  const world =
    mode === 'safety'
      ? (['others', 'sleep', 'timers', 'limits', 'close'] as const)
      : (['others', 'sleep', 'timers'] as const);
  const room = draw.next();
  const kind = room < 0.6 ? draw.pick(WIRE_KINDS) : room < 0.75 ? draw.pick(STORE_KINDS) : draw.pick(world);
  return { kind, from, until, share: draw.pick([0.1, 0.3, 0.6, 1]), seed: draw.below(1e9) };
}
