import { ConnectionError } from '../../errors/ConnectionError.ts';
import type { GroqError } from '../../errors/GroqError.ts';
import { ProtocolError } from '../../errors/ProtocolError.ts';

/** Node's error codes for an untrusted server. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_CERT|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH)/;

/** undici's error codes for bytes that are not HTTP. */
const NOT_HTTP = /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_RES_EXCEEDED_MAX_SIZE)/;

/** undici's error codes for a transport that was closed: users may close their own while a client uses it. */
const CLOSED = /^UND_ERR_(CLOSED|DESTROYED)$/;

/** The name of the error of undici's parser, which has no code. */
const PARSER_ERROR = 'HTTPParserError';

const ADVICE_CLOSED = 'Create a new transport, since this one is closed; nothing was sent.';

const ADVICE_UNTRUSTED = 'Check the base URL and the certificate of the server or its proxy.';

/**
 * Creates the error for a network failure. Only the code of the failure is kept: its other fields may show what was
 * sent.
 *
 * @param sent Whether the request may have reached the server.
 * @param reconnecting Whether a new connection failed after that, over which the request was to be sent again.
 */
export function connectionFailure(failure: unknown, sent: boolean, reconnecting = false): GroqError {
  const reason = codeOf(failure);
  const shown = reason === undefined ? '' : ` (${reason})`;
  if (nameOf(failure) === PARSER_ERROR || (reason !== undefined && NOT_HTTP.test(reason))) {
    return new ProtocolError(`The server does not speak HTTP${shown}.`);
  }
  // A request is only sent to a trusted server: later failures are failures of the connection.
  if ((!sent || reconnecting) && reason !== undefined && UNTRUSTED.test(reason)) {
    return new ConnectionError(`The server is not trusted${shown}.`, {
      sent,
      trusted: false,
      reason,
      advice: ADVICE_UNTRUSTED,
    });
  }
  const lost = reconnecting ? 'The connection was lost, and no new one could be made' : 'The connection was lost';
  const what = sent ? lost : 'No connection could be made';
  const isClosed = !sent && reason !== undefined && CLOSED.test(reason);
  return new ConnectionError(`${what}${shown}.`, { sent, reason, ...(isClosed && { advice: ADVICE_CLOSED }) });
}

/** The code of a failure, or of the first of several failures that it combines. */
function codeOf(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  if ('code' in failure && typeof failure.code === 'string') return failure.code;
  if ('errors' in failure && Array.isArray(failure.errors)) return codeOf(failure.errors[0]);
  return undefined;
}

const nameOf = (failure: unknown): unknown =>
  typeof failure === 'object' && failure !== null && 'name' in failure ? failure.name : undefined;
