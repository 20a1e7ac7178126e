import { isConnectionError, isTruncatedStreamError } from '../errors/guards.ts';
import type { AttemptEnd, AttemptMeter } from '../model/AttemptMeter.ts';
import type { Usage } from '../model/Usage.ts';
import type { TokensUsed } from '../model/UsageRecord.ts';
import { CompletionSeen } from '../rules/CompletionSeen.ts';
import { isRefusal } from '../rules/isRefusal.ts';
import { NO_TOKENS, tokensUsed } from '../rules/tokensUsed.ts';

/** How what an answer holds is read from its values. */
export interface Readable<T> {
  /** Whether the answer comes in pieces. */
  readonly stream: boolean;
  /** Adds what a value holds of the completion. */
  readonly seen: (value: T, completion: CompletionSeen) => void;
}

/** What is found out about one attempt. */
export type Finding =
  | { readonly type: 'reported'; readonly tokens: TokensUsed; readonly refused: boolean }
  | { readonly type: 'estimated'; readonly seen: CompletionSeen }
  | { readonly type: 'unknown' }
  /** It never left, so it used nothing. */
  | { readonly type: 'unsent' };

/**
 * Finds out what one attempt has used, and tells it once: as soon as Groq reports it, so that whoever hears of the
 * report finds it recorded, and else at its end.
 */
export class UsageMeter<T> implements AttemptMeter<T> {
  readonly #readable: Readable<T>;
  readonly #found: (finding: Finding) => void;
  /** What has come of which nothing was reported. */
  #seen: CompletionSeen | undefined;
  #state: 'reserved' | 'sent' | 'told' = 'reserved';

  constructor(readable: Readable<T>, found: (finding: Finding) => void) {
    this.#readable = readable;
    this.#found = found;
  }

  sent(): void {
    if (this.#state === 'reserved') this.#state = 'sent';
  }

  value(value: T, used: Usage | undefined): void {
    if (this.#state === 'told') return;
    // Whatever is answered was sent.
    this.#state = 'sent';
    if (used !== undefined) this.#tell({ type: 'reported', tokens: tokensUsed(used), refused: false });
    else this.#readable.seen(value, (this.#seen ??= new CompletionSeen()));
  }

  ended(how: AttemptEnd): void {
    if (this.#state !== 'told') this.#tell(this.#state === 'reserved' ? { type: 'unsent' } : this.#findingAt(how));
  }

  #findingAt(how: AttemptEnd): Finding {
    const { stream } = this.#readable;
    if (how.type !== 'failed') return stream || this.#seen?.any === true ? this.#estimate() : { type: 'unknown' };
    const { error } = how;
    if (isConnectionError(error) && !error.sent) return { type: 'unsent' };
    if (isTruncatedStreamError(error)) {
      const { usage } = error;
      return usage === undefined ? this.#estimate() : { type: 'reported', tokens: tokensUsed(usage), refused: false };
    }
    if (this.#seen?.any === true) return this.#estimate();
    return isRefusal(error) ? { type: 'reported', tokens: NO_TOKENS, refused: true } : { type: 'unknown' };
  }

  #estimate(): Finding {
    return { type: 'estimated', seen: this.#seen ?? new CompletionSeen() };
  }

  #tell(finding: Finding): void {
    this.#state = 'told';
    this.#found(finding);
    this.#seen?.clear();
  }
}
