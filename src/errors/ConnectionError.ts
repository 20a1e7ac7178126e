import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The network failed before an answer began. */
export class ConnectionError extends GroqError {
  readonly code = 'GROQ_ERR_CONNECTION';
  /** Whether the request may have reached the server. When not, nothing was charged. */
  readonly sent: boolean;
  /** The system's code, such as `ECONNREFUSED`. */
  readonly reason?: string;

  constructor(
    message: string,
    { sent, reason, advice, ...options }: Partial<GroqErrorOptions> & { sent: boolean; reason?: string | undefined },
  ) {
    super(message, { ...options, advice: advice ?? 'Check the network, the proxy and the base URL, then try again.' });
    this.sent = sent;
    if (reason !== undefined) this.reason = reason;
  }
}
