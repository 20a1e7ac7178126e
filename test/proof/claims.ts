import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DIMENSION_NAMES, type Dimension } from '../../src/model/Dimension.ts';
import type { Load } from './Load.ts';
import type { OthersConfig } from './Others.ts';
import { type Circumstances, efficiency, type Outcome } from './simulate.ts';

/** A claim about runs under some circumstances. */
export interface Claim {
  /** The claim as a sentence. It begins with the circumstances. */
  readonly says: string;
  readonly circumstances: Circumstances;
  /** How many runs are made each day, and how many in the long proof. */
  readonly seeds: number;
  readonly manySeeds: number;
  /** Describes the flaw of one run, if it has one. */
  readonly flaw?: ((outcome: Outcome) => string | false) | undefined;
  /** Describes the flaws of all runs together. */
  readonly flaws?: ((all: Summary) => (string | false)[]) | undefined;
}

/** The results of many runs. */
export interface Summary {
  readonly runs: number;
  readonly sent: number;
  readonly refused: number;
  /** Of the runs of ten virtual minutes or more: how many, the sum of their efficiencies and the least of them. */
  readonly long: number;
  readonly sum: number;
  readonly worst: number;
}

const LONG = 600_000;

const percent = (part: number, digits = 2): string => `${(part * 100).toFixed(digits)} %`;

/** No request may be lost, whatever the circumstances. */
export function flawOf(claim: Claim, outcome: Outcome): string | undefined {
  const { load, answered, errors, clean } = outcome;
  if (answered !== load.jobs.length) {
    return `${load.jobs.length - answered} of ${load.jobs.length} requests got no answer: ${String(errors[0])}`;
  }
  if (!clean) return 'something was left open';
  return claim.flaw?.(outcome) || undefined;
}

/** Adds a run to a summary. */
export function summed(all: Summary, outcome: Outcome): Summary {
  const { sent, refusals, last } = outcome;
  const isLong = last >= LONG;
  const share = efficiency(outcome);
  return {
    runs: all.runs + 1,
    sent: all.sent + sent,
    refused: all.refused + refusals.length,
    long: all.long + (isLong ? 1 : 0),
    sum: all.sum + (isLong ? share : 0),
    worst: isLong ? Math.min(all.worst, share) : all.worst,
  };
}

export const NOTHING: Summary = { runs: 0, sent: 0, refused: 0, long: 0, sum: 0, worst: 1 };

/** Describes the results of many runs in one line. */
export const described = ({ runs, sent, refused, long, sum, worst }: Summary): string =>
  `${runs} runs, ${sent} requests sent, ${refused} met a limit (${percent(refused / sent, 3)})` +
  (long === 0
    ? ''
    : `; of the bound, in ${long} runs of ten minutes: ${percent(sum / long)} in the mean, ${percent(worst)} at least`);

const noRefusal = ({ refusals }: Outcome): string | false =>
  refusals.length > 0 && `${refusals.length} met a limit, first ${JSON.stringify(refusals[0])}`;

const atLeast =
  (share: number) =>
  (outcome: Outcome): string | false =>
    outcome.last >= LONG && efficiency(outcome) < share && `${percent(efficiency(outcome))} of the bound`;

const meanAtLeast =
  (share: number) =>
  ({ long, sum }: Summary) =>
    long > 0 && sum / long < share && `${percent(sum / long)} of the bound in the mean, and not ${percent(share)}`;

const refusedAtMost =
  (share: number) =>
  ({ refused, sent }: Summary) =>
    refused / sent > share && `${percent(refused / sent, 3)} met a limit, and not ${percent(share, 3)} at the most`;

const all =
  (...checks: ((outcome: Outcome) => string | false)[]) =>
  (outcome: Outcome): string | false =>
    checks.map((check) => check(outcome)).find((flaw) => flaw !== false) ?? false;

const allOf =
  (...checks: ((summary: Summary) => string | false)[]) =>
  (summary: Summary): (string | false)[] =>
    checks.map((check) => check(summary));

/** Only requests that were sent before the client could know of a limit may meet it. */
const onlyBeforeTold = ({ refusals, toldAt }: Outcome): string | false => {
  const late = refusals.find(({ sentAt, dimension }) => sentAt > toldAt(dimension));
  return late !== undefined && `met a limit it had heard of at ${toldAt(late.dimension)}: ${JSON.stringify(late)}`;
};

/** Others that take a share of every limit, in lumps of some seconds. */
const others =
  (share: number) =>
  ({ limits }: Load, random: () => number): OthersConfig => {
    const least = Math.max(500, 60_000 / (share * (limits.rpm ?? 60)));
    const every = least + 2_000 * random();
    return { share, every, from: every * random() };
  };

/** Requests that are small compared with a window: larger ones leave more of its end unused in any order. */
const windows = { minutes: 30, daily: false, largest: 0.05 } as const;
const steady = { minutes: 12, daily: false } as const;
const cuttable: readonly Dimension[] = DIMENSION_NAMES.filter((name) => ['rpm', 'rpd', 'tpm', 'tpd'].includes(name));

/** All claims about the whole client against the server model. The names are used to replay runs. */
export const CLAIMS = {
  matching: {
    says: 'a server that counts as the client does: no limit is met, and nearly all of the quota is used',
    circumstances: {},
    seeds: 300,
    manySeeds: 10_000,
    flaw: all(noRefusal, atLeast(0.99)),
    flaws: allOf(meanAtLeast(0.997)),
  },
  others30: {
    says: 'others take 30 %: all but some of what they leave is used, and hardly a limit is met',
    circumstances: { load: steady, others: others(0.3) },
    seeds: 24,
    manySeeds: 1_000,
    flaw: atLeast(0.97),
    flaws: allOf(refusedAtMost(0.001)),
  },
  others60: {
    says: 'others take 60 %: all but some of what they leave is used, and hardly a limit is met',
    circumstances: { load: steady, others: others(0.6) },
    seeds: 24,
    manySeeds: 1_000,
    flaw: atLeast(0.95),
    flaws: allOf(refusedAtMost(0.003)),
  },
  tokensUsedBefore: {
    says: 'a start at a level that nobody knows: it is found out before others follow',
    circumstances: { load: { minutes: 4 }, usedBefore: (random) => ({ tpm: random() }) },
    seeds: 30,
    manySeeds: 1_000,
    flaw: onlyBeforeTold,
  },
  requestsUsedBefore: {
    says: 'a start at a level that no answer shows: the first 429 tells',
    circumstances: { load: { minutes: 4 }, usedBefore: (random) => ({ rpm: random() }) },
    seeds: 30,
    manySeeds: 1_000,
    flaw: onlyBeforeTold,
  },
  cut: {
    says: 'a limit that is cut while many wait: only those may meet it that were sent before it was told',
    circumstances: {
      load: { minutes: 8 },
      change: ({ limits }, random) => {
        const dimension = cuttable[Math.floor(random() * cuttable.length)] ?? 'tpm';
        const limit = Math.ceil((limits[dimension] ?? 0) * (0.3 + 0.6 * random()));
        return { at: 30_000 + 300_000 * random(), limits: { [dimension]: limit } };
      },
    },
    seeds: 40,
    manySeeds: 1_000,
    flaw: onlyBeforeTold,
  },
  fixedWindows: {
    says: 'a server that counts within fixed windows: no limit is met after the first, and most of the quota is used',
    circumstances: { load: windows, server: { shape: 'fixed' } },
    seeds: 6,
    manySeeds: 500,
    flaw: all(onlyBeforeTold, atLeast(0.8)),
    flaws: allOf(meanAtLeast(0.93)),
  },
  slidingWindows: {
    says: 'a server that counts within a sliding window: no limit is met after the first, and most of the quota is used',
    circumstances: { load: windows, server: { shape: 'sliding' } },
    seeds: 6,
    manySeeds: 500,
    flaw: all(onlyBeforeTold, atLeast(0.8)),
    flaws: allOf(meanAtLeast(0.93)),
  },
  keeps: {
    says: 'a server that keeps what was charged and not used: it is found out within some requests',
    circumstances: { load: steady, server: { chargeModel: 'keep' } },
    seeds: 16,
    manySeeds: 500,
    flaw: atLeast(0.95),
    flaws: allOf(meanAtLeast(0.99), refusedAtMost(0.01)),
  },
  chargesAfterwards: {
    says: 'a server that charges what was used, and only afterwards: the quota is used all the same',
    circumstances: { load: steady, server: { chargeModel: 'post' } },
    seeds: 16,
    manySeeds: 500,
    flaw: atLeast(0.97),
    flaws: allOf(meanAtLeast(0.99), refusedAtMost(0.003)),
  },
  openLength: {
    says: 'requests that leave their length open, so that what they cost is known afterwards',
    circumstances: { load: { ...steady, bounded: false } },
    seeds: 16,
    manySeeds: 500,
    flaw: atLeast(0.97),
    flaws: allOf(meanAtLeast(0.99), refusedAtMost(0.005)),
  },
} satisfies Readonly<Record<string, Claim>>;

/** The name of a claim. */
export type ClaimName = keyof typeof CLAIMS;

const replay = relative(process.cwd(), fileURLToPath(new URL('./replay.ts', import.meta.url)));

/** The command that repeats a run. */
export const replayCommand = (name: string, seed: number): string =>
  `node --conditions=rxgroq-source ${replay} ${name} ${seed}`;
