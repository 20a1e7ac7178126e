import { DIMENSIONS, type Dimension } from '../../model/Dimension.ts';
import type { Tier } from '../../model/Limits.ts';
import { formatGoDuration } from '../goDuration.ts';
import type { Refusal } from './Ruling.ts';

/** The model, the organization and the plan of a refused request. */
export interface RefusalContext {
  readonly model: string;
  /** For example `org_01k…`. */
  readonly organization: string;
  readonly serviceTier?: string | undefined;
  readonly tier?: Tier | undefined;
}

/** The JSON body of a refusal. */
export interface RefusalBody {
  readonly error: { readonly message: string; readonly type: string; readonly code: 'rate_limit_exceeded' };
}

/** The names of the limits in messages. No recorded message contains ASPD; its name is derived from ASPH. */
const NAMES: Readonly<Record<Dimension, string>> = {
  rpm: 'requests per minute (RPM)',
  rpd: 'requests per day (RPD)',
  tpm: 'tokens per minute (TPM)',
  tpd: 'tokens per day (TPD)',
  itpm: 'input tokens per minute (ITPM)',
  otpm: 'output tokens per minute (OTPM)',
  ash: 'seconds of audio per hour (ASPH)',
  asd: 'seconds of audio per day (ASPD)',
};

const TYPES = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'tokens',
  outputTokens: 'tokens',
  audioSeconds: 'seconds',
} as const;

const MORE: Readonly<Record<Tier, string>> = {
  free: 'Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
  developer: 'Visit https://console.groq.com/docs/rate-limits for more information.',
};

/**
 * Creates the body of a refusal, with Groq's wording.
 *
 * @see https://console.groq.com/docs/errors
 */
export function refusalBody(refusal: Omit<Refusal, 'shown'>, context: RefusalContext): RefusalBody {
  const { model, organization, serviceTier = 'on_demand', tier = 'free' } = context;
  const { dimension, limit, requested, used, wait } = refusal;
  const where = `for model \`${model}\` in organization \`${organization}\` service tier \`${serviceTier}\` on ${NAMES[dimension]}: Limit ${limit}`;
  const type = TYPES[DIMENSIONS[dimension].unit];
  const body = (message: string): RefusalBody => ({ error: { message, type, code: 'rate_limit_exceeded' } });

  if (wait !== undefined) {
    const again = `Please try again in ${formatGoDuration(wait)}.`;
    return body(`Rate limit reached ${where}, Used ${used ?? limit}, Requested ${requested}. ${again} ${MORE[tier]}`);
  }
  const tooLarge = `Request too large ${where}, Requested ${requested}`;
  if (dimension === 'otpm') {
    return body(
      `${tooLarge}. The request's expected output tokens exceed the enforced limit; reduce max_tokens and try again.`,
    );
  }
  return body(`${tooLarge}, please reduce your message size and try again. ${MORE[tier]}`);
}
