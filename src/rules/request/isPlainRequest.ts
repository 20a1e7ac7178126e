import type { ChatRequest } from '../../model/ChatRequest.ts';
import { isObject } from '../isObject.ts';

/** The fields that a plain request may have, and the checks of their values. */
const FIELDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['model', (value) => typeof value === 'string' && value !== ''],
  ['messages', (value) => Array.isArray(value) && value.length > 0 && areMessages(value)],
  ['max_completion_tokens', (value) => Number.isSafeInteger(value) && (value as number) > 0],
  ['temperature', (value) => typeof value === 'number' && value >= 0 && value <= 2],
  ['top_p', (value) => typeof value === 'number' && value >= 0 && value <= 1],
  ['user', (value) => typeof value === 'string'],
]);

const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant']);

/**
 * Whether a value is a plain chat request, as most are: text messages and a few fields. Other values may be valid too:
 * the schema checks them, which takes ten times as long.
 */
export function isPlainRequest(value: unknown): value is ChatRequest {
  if (!isObject(value) || value['model'] === undefined || value['messages'] === undefined) return false;
  for (const name in value) if (FIELDS.get(name)?.(value[name]) !== true) return false;
  return true;
}

function areMessages(values: readonly unknown[]): boolean {
  // Not `every`, which skips holes.
  for (const value of values) {
    if (!isObject(value) || typeof value['content'] !== 'string' || !ROLES.has(value['role'])) return false;
    for (const name in value) if (name !== 'role' && name !== 'content') return false;
  }
  return true;
}
