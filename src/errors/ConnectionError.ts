import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** What a {@link ConnectionError} tells beyond its message. */
export interface ConnectionErrorOptions extends Partial<GroqErrorOptions> {
  readonly sent: boolean;
  readonly trusted?: boolean | undefined;
  readonly reason?: string | undefined;
}

const ADVICE_SENT = 'Ask again; whether Groq has done the work, and charged for it, is not known.';
const ADVICE_UNSENT = 'Check the network and the base URL; nothing was sent.';

/** The network failed before an answer was whole. */
export class ConnectionError extends GroqError {
  override readonly name = 'ConnectionError';
  readonly code = 'GROQ_ERR_CONNECTION';
  /** Whether the request may have reached the server. When not, nothing was charged. */
  readonly sent: boolean;
  /** Whether the other side could prove who it is. When not, trying again is pointless. */
  readonly trusted: boolean;
  /** The system's code, such as `ECONNREFUSED`. */
  declare readonly reason?: string;

  constructor(message: string, { sent, trusted = true, reason, advice, ...options }: ConnectionErrorOptions) {
    super(message, { ...options, advice: advice ?? (sent ? ADVICE_SENT : ADVICE_UNSENT) });
    this.sent = sent;
    this.trusted = trusted;
    if (reason !== undefined) this.reason = reason;
  }
}
