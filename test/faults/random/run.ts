import { from, Subscription } from 'rxjs';
import { memoryLimitStore } from '../../../src/adapters/memoryLimitStore.ts';
import { unlimitedStore } from '../../../src/adapters/unlimitedStore.ts';
import { createGroq } from '../../../src/client/createGroq.ts';
import { modelServer } from '../../../src/testing/modelServer.ts';
import { virtualClock } from '../../../src/testing/virtualClock.ts';
import { Asked } from './Asked.ts';
import { dice } from './Dice.ts';
import type { Fault } from './Fault.ts';
import { KNOWN } from './known.ts';
import { Ledger } from './Ledger.ts';
import { network } from './network.ts';
import { type Ask, FAULTS_END, type Plan } from './Plan.ts';
import { STORE_FAULTS } from './storeFaults.ts';
import { type WatchedClock, watchedClock } from './watchedClock.ts';

const DAY = 86_400_000;

/** The number of actions after which a run counts as endless. */
const ENDLESS = 200_000;

/** The most times that one request may be sent, whatever the server asks for. */
const STORM = 200;

/** A long time without requests at the end, in milliseconds. */
const NIGHT = 28_800_000;

/** The request that is made after all faults. */
const PROBE: Ask = {
  at: FAULTS_END,
  kind: 'chat',
  promptTokens: 5,
  completionTokens: 5,
  maxCompletionTokens: 5,
  duration: 100,
  priority: 'normal',
  tenant: undefined,
  lifecycle: false,
  retries: 2,
  timeouts: {},
  leaves: undefined,
  moves: undefined,
  again: false,
};

/**
 * The latest end of all requests after the faults, in milliseconds: the longest pause that the server may have asked
 * for (ten minutes), the longest answer (two minutes), and the time in which the limits admit the waiting requests.
 */
const BOUND = 1_800_000;

/** The result of a run. */
export interface Report {
  /** The violated properties. */
  readonly findings: readonly string[];
  /** When the last request ended, in milliseconds. */
  readonly lastEnd: number;
  readonly sends: number;
  /** The number of requests by error code or other end. */
  readonly ends: Readonly<Record<string, number>>;
}

/** Runs a plan to its end, with the whole client in virtual time. */
export function run(plan: Plan): Report {
  const { seed, mode, limits, shape, unlimited, maxInFlight, maxQueued, faults } = plan;
  const findings: string[] = [];
  const found = (finding: string): void => {
    const passed = findings.includes(finding) || KNOWN.some((known) => known.test(finding));
    if (findings.length < 20 && !passed) findings.push(finding);
  };
  const clock = virtualClock();
  const world = dice(seed, 5);
  const clientChance = dice(seed, 6);
  // In steps that add up without rounding errors, so that messages of one connection keep their order.
  const way = (): number => Math.round((plan.way[0] + plan.way[1] * world.next() ** 3) * 1_024) / 1_024;
  const asked: Asked[] = [];
  let live = 0;
  let toCome = plan.asks.length;

  let done = 0;
  const watch = (): void => {
    if (done++ > ENDLESS) throw new Error('it goes on without an end');
    if (ledger.open.size > live) found(`${ledger.open.size} reservations for ${live} requests`);
    if (ledger.open.size > maxInFlight) found(`${ledger.open.size} in flight where ${maxInFlight} are allowed`);
    for (const index of net.open) {
      if (asked[index]?.end !== undefined) found(`request ${index} has ended, and its connection is open`);
    }
  };
  const outside = watchedClock(clock, watch);
  const inside = watchedClock(clock, watch);
  const server = modelServer({
    limits,
    shape,
    scheduler: outside,
    network: { up: way, down: way },
    script: ({ user }) => {
      const { promptTokens, completionTokens, duration } = asked[Number(user)]?.ask ?? PROBE;
      return { promptTokens, completionTokens, duration };
    },
  });
  const net = network({
    server,
    scheduler: outside,
    faults,
    mild: mode === 'liveness',
    sending: (index) => {
      const one = asked[index] as Asked;
      const pieces = one.sending();
      if (one.sends === STORM) found(`request ${index} was sent ${STORM} times`);
      return { pieces, every: Math.ceil(one.ask.duration / (pieces.length + 1)) };
    },
  });
  const kept = unlimited
    ? unlimitedStore({ scheduler: inside })
    : memoryLimitStore({ limits, margin: 300, probe: 5_000, scheduler: inside });
  const ledger = new Ledger({ store: kept, scheduler: outside, faults, found });
  const groq = createGroq({
    transport: net,
    store: ledger,
    counter: {
      count: ({ user }) => {
        const tokens = asked[Number(user)]?.ask.promptTokens ?? 1;
        return { tokens, bound: tokens, exact: true };
      },
    },
    scheduler: inside,
    random: () => clientChance.next(),
    maxInFlight,
    maxQueued,
  });

  const told = new Map<number, number>();
  const listening = new Subscription();
  listening.add(
    groq.events$.subscribe(({ seq, type }) => {
      const isEnd = type === 'finished' || type === 'failed' || type === 'cancelled';
      told.set(seq, (told.get(seq) ?? 0) + (isEnd ? 1 : 0));
    }),
  );
  listening.add(
    groq.status$.subscribe({
      error: (error: unknown) => {
        found(`the status failed: ${String(error)}`);
      },
    }),
  );

  const start = (ask: Ask): void => {
    const one: Asked = new Asked({
      index: asked.length,
      ask,
      groq,
      scheduler: outside,
      found,
      ended: () => {
        live -= 1;
        // Its reservation is settled before its terminal notification, except when the client is closed.
        const early = ledger.open.size > live && one.end?.how !== 'left' && codeOf(one.end) !== 'GROQ_ERR_CLOSED';
        if (early) found(`request ${one.index} has ended before what it held was given back`);
        if (one.end?.how !== 'left' && ask.again) {
          start({ ...ask, again: false });
        }
        if (live === 0 && toCome === 0) clock.schedule(atRest, 1);
      },
    });
    asked.push(one);
    live += 1;
    one.start();
  };

  const atRest = (): void => {
    if (live > 0) return;
    listening.unsubscribe();
    if (inside.pending > 0) found(`${inside.pending} timers are left when all has ended`);
    if (ledger.open.size > 0) found(`${ledger.open.size} reservations are left when all has ended`);
    if (net.open.length > 0) found(`${net.open.length} connections are left when all has ended`);
  };

  const asks =
    mode === 'safety'
      ? plan.asks
      : [...plan.asks, PROBE, PROBE, { ...PROBE, at: PROBE.at + 60_000 }, { ...PROBE, at: NIGHT }];
  toCome = asks.length;
  for (const ask of asks) {
    clock.schedule(() => {
      toCome -= 1;
      start(ask);
    }, ask.at);
  }
  const happenings = { plan, clock, inside, server, groq, over: () => live === 0 && toCome === 0 };
  for (const fault of faults) befall(fault, happenings);

  while (done <= ENDLESS) {
    try {
      clock.flush();
      break;
    } catch (error) {
      found(`thrown out of the client: ${error instanceof Error ? (error.stack ?? '').slice(0, 600) : String(error)}`);
    }
  }

  for (const [index, { end, listeners }] of asked.entries()) {
    if (end === undefined) found(`request ${index} has not ended`);
    if (listeners > 0) found(`request ${index} has left ${listeners} listeners`);
  }
  for (const [seq, ends] of told) if (ends !== 1) found(`events told of ${ends} ends of request number ${seq}`);
  if (!faults.some(({ kind }) => kind in STORE_FAULTS)) {
    inside.jump(400 * DAY);
    from(kept.levels('m')).subscribe((levels) => {
      for (const { dimension, limit, level } of levels) {
        if (!(Math.abs(level - limit) < 1e-6)) found(`of ${dimension} ${level} are left of ${limit} for good`);
      }
    });
  }
  if (mode === 'liveness') {
    for (const [index, { ask, end }] of asked.entries()) {
      const took = (end?.at ?? Infinity) - Math.max(ask.at, FAULTS_END);
      if (took > BOUND) found(`request ${index} ended ${took} ms after it could have`);
      if (ask.at >= FAULTS_END && end?.how !== 'complete')
        found(`request ${index} failed although all was well: ${String(end?.error)}`);
    }
  }
  const lastEnd = Math.max(...asked.map(({ end }) => end?.at ?? 0));
  return {
    findings,
    lastEnd,
    sends: net.count,
    ends: counted(asked.map(({ end }) => codeOf(end))),
  };
}

const codeOf = (end: Asked['end']): string => {
  if (end === undefined) return 'none';
  const { how, error } = end;
  return how === 'error' ? String((error as { readonly code?: unknown }).code) : how;
};

const counted = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

interface Happenings {
  readonly plan: Plan;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly inside: WatchedClock;
  readonly server: ReturnType<typeof modelServer>;
  readonly groq: ReturnType<typeof createGroq>;
  readonly over: () => boolean;
}

/** Injects a fault that affects neither the network nor the store. */
function befall({ kind, from, until, share, seed }: Fault, happenings: Happenings): void {
  const { plan, clock, inside, server, groq, over } = happenings;
  const chance = dice(seed);
  switch (kind) {
    case 'others': {
      const every = 200 + chance.below(5_000);
      const tokens = Math.ceil((plan.limits.tpm ?? 0) * share * (every / 60_000));
      const take = (): void => {
        const others = server.model('m');
        const now = clock.now();
        const ruling = others.admit(now, { promptTokens: tokens, maxCompletionTokens: 0 });
        if (ruling.type === 'admitted')
          others.settle(now, ruling.admission, { promptTokens: tokens, completionTokens: 0 });
        if (now + every < until && !over()) clock.schedule(take, every);
      };
      clock.schedule(take, from);
      break;
    }
    case 'sleep':
      clock.schedule(() => {
        inside.jump(Math.floor(share * chance.below(chance.chance(0.5) ? 60_000 : DAY / 3)));
      }, from);
      break;
    case 'timers':
      clock.schedule(() => {
        inside.late = () => (chance.chance(share) ? chance.below(30) - 15 + (chance.chance(0.2) ? 5_000 : 0) : 0);
      }, from);
      clock.schedule(() => {
        inside.late = () => 0;
      }, until);
      break;
    case 'limits': {
      const { tpm = 0, rpm = 0 } = plan.limits;
      if (plan.unlimited) break;
      clock.schedule(() => {
        groq.setLimits('m', { tpm: Math.ceil(tpm * share), rpm: Math.ceil(rpm * share) });
      }, from);
      clock.schedule(() => {
        groq.setLimits('m', { tpm, rpm });
      }, until);
      break;
    }
    case 'close':
      clock.schedule(() => {
        void groq.close({ drain: chance.chance(0.5) });
      }, from);
      break;
    default:
  }
}
