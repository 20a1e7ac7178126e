import type { StateToken } from '../../model/Token.ts';

/** Whether a value tells of the request and not of its answer. */
export const isState = (value: unknown): value is StateToken =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'state';
