import type { TokenCount } from '../../operators.ts';

/** What was predicted of a prompt, and what was reported. */
export interface Comparison extends TokenCount {
  readonly name: string;
  /** The `prompt_tokens` of the answer. Absent when there was none. */
  readonly reported?: number;
  /** Why there was no answer. */
  readonly error?: string;
}

/** Whether what was reported is what was promised: the count where it is exact, and at most the bound where not. */
export function holds({ tokens, bound, exact, reported }: Comparison): boolean {
  return reported !== undefined && (exact ? reported === tokens : reported <= bound);
}
