import type { StateToken } from '../../model/Token.ts';

/** Whether a value reports the progress of the request, not its answer. */
export const isState = (value: unknown): value is StateToken =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'state';
