import { isConnectionError, isTruncatedStreamError } from '../errors/guards.ts';
import type { AttemptEnd, AttemptMeter } from '../model/AttemptMeter.ts';
import type { Usage } from '../model/Usage.ts';
import type { TokensUsed } from '../model/UsageRecord.ts';
import type { Reading, Written } from '../model/Written.ts';
import { isRefusal } from '../rules/failures/isRefusal.ts';
import { NO_TOKENS, tokensUsed } from '../rules/usage/tokensUsed.ts';

/** The shape of an answer. */
export interface AnswerShape<T> {
  /** Whether it is streamed; then its reading is followed. */
  readonly stream: boolean;
  /** The text of an answer in one piece. */
  readonly written?: (value: T) => Written;
}

/** The result for one attempt. */
export type Finding =
  | { readonly type: 'reported'; readonly tokens: TokensUsed; readonly refused: boolean }
  | { readonly type: 'estimated'; readonly written: Written }
  | { readonly type: 'unknown' }
  /** It was not sent, so it used nothing. */
  | { readonly type: 'unsent' };

/**
 * Determines the usage of one attempt, and reports it once: as soon as Groq reports it, so that it is recorded before
 * the subscriber gets it, and otherwise at the end.
 */
export class UsageMeter<T> implements AttemptMeter<T> {
  readonly #shape: AnswerShape<T>;
  readonly #found: (finding: Finding) => void;
  /** The answer, while its usage was not reported yet. */
  #reading: Reading | undefined;
  #state: 'reserved' | 'sent' | 'told' = 'reserved';

  constructor(shape: AnswerShape<T>, found: (finding: Finding) => void) {
    this.#shape = shape;
    this.#found = found;
  }

  sent(): void {
    if (this.#state === 'reserved') this.#state = 'sent';
  }

  follow(reading: Reading): void {
    this.#reading = reading;
  }

  value(value: T, used: Usage | undefined): void {
    if (this.#state === 'told') return;
    // An answered request was sent.
    this.#state = 'sent';
    if (used !== undefined) this.#tell({ type: 'reported', tokens: tokensUsed(used), refused: false });
    else if (this.#shape.written !== undefined) this.#reading = { written: this.#shape.written(value) };
  }

  ended(how: AttemptEnd): void {
    if (this.#state !== 'told') this.#tell(this.#state === 'reserved' ? { type: 'unsent' } : this.#findingAt(how));
  }

  #findingAt(how: AttemptEnd): Finding {
    const { stream } = this.#shape;
    const { written } = this.#reading ?? NOTHING;
    const isAny = written.text !== '' || written.reasoning !== '';
    const estimate: Finding = { type: 'estimated', written };
    if (how.type !== 'failed') return stream || isAny ? estimate : { type: 'unknown' };
    const { error } = how;
    if (isConnectionError(error) && !error.sent) return { type: 'unsent' };
    if (isTruncatedStreamError(error)) {
      const { usage } = error;
      return usage === undefined ? estimate : { type: 'reported', tokens: tokensUsed(usage), refused: false };
    }
    if (isAny) return estimate;
    return isRefusal(error) ? { type: 'reported', tokens: NO_TOKENS, refused: true } : { type: 'unknown' };
  }

  #tell(finding: Finding): void {
    this.#state = 'told';
    this.#found(finding);
    this.#reading = undefined;
  }
}

const NOTHING: Reading = { written: { text: '', reasoning: '', pieces: { text: 0, reasoning: 0 } } };
