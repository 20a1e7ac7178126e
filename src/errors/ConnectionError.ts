import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** Options of a {@link ConnectionError}. */
export interface ConnectionErrorOptions extends Partial<GroqErrorOptions> {
  readonly sent: boolean;
  readonly trusted?: boolean | undefined;
  readonly reason?: string | undefined;
}

const ADVICE_SENT = 'Try again; Groq may have processed the request and charged for it.';
const ADVICE_UNSENT = 'Check the network and the base URL; nothing was sent.';

/** The network failed before the answer was complete. */
export class ConnectionError extends GroqError {
  override readonly name = 'ConnectionError';
  readonly code = 'GROQ_ERR_CONNECTION';
  /** Whether the request may have reached the server. If not, nothing was charged. */
  readonly sent: boolean;
  /** Whether the server's certificate was trusted. If not, a retry is pointless. */
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
