import type { Random } from '../ports/clock.ts';
import { seeded } from '../rules/seeded.ts';
import { between, seedOf } from './chance.ts';

const HEX = '0123456789abcdef';
/** Crockford's base 32, the alphabet of ULIDs, in lower case as Groq writes it. */
const BASE_32 = '0123456789abcdefghjkmnpqrstvwxyz';
const BASE_36 = '0123456789abcdefghijklmnopqrstuvwxyz';

function letters(random: Random, alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet.charAt(Math.floor(random() * alphabet.length));
  return text;
}

/** A version 4 UUID. */
function uuid(random: Random): string {
  const hex = (length: number): string => letters(random, HEX, length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${letters(random, '89ab', 1)}${hex(3)}-${hex(12)}`;
}

export function completionId(random: Random): string {
  return `chatcmpl-${uuid(random)}`;
}

export function requestId(random: Random): string {
  return `req_01${letters(random, BASE_32, 24)}`;
}

export function organizationId(random: Random): string {
  return `org_01${letters(random, BASE_32, 24)}`;
}

/** The ids of tool calls differ by the family of the model. */
export function toolCallId(random: Random, model: string): string {
  return model.startsWith('openai/') ? `fc_${uuid(random)}` : letters(random, BASE_36, 9);
}

/** The system fingerprint of a model, which never changes. */
export function fingerprint(model: string): string {
  return `fp_${letters(seeded(seedOf(model)), HEX, 10)}`;
}

/** The seed that Groq reports when none was sent. */
export function reportedSeed(random: Random): number {
  return between(random, 1, 2 ** 31 - 1);
}
