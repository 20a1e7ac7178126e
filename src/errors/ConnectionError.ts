import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** What a {@link ConnectionError} tells beyond its message. */
export interface ConnectionErrorOptions extends Partial<GroqErrorOptions> {
  readonly sent: boolean;
  readonly trusted?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** The network failed before an answer was whole. */
export class ConnectionError extends GroqError {
  readonly code = 'GROQ_ERR_CONNECTION';
  /** Whether the request may have reached the server. When not, nothing was charged. */
  readonly sent: boolean;
  /** Whether the other side could prove who it is. When not, trying again is pointless. */
  readonly trusted: boolean;
  /** The system's code, such as `ECONNREFUSED`. */
  declare readonly reason?: string;

  constructor(message: string, { sent, trusted = true, reason, advice, ...options }: ConnectionErrorOptions) {
    super(message, { ...options, advice: advice ?? 'Check the network, the proxy and the base URL, then try again.' });
    this.sent = sent;
    this.trusted = trusted;
    if (reason !== undefined) this.reason = reason;
  }
}
