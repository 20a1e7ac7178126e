import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isConnectionError, isProtocolError } from '../../../src/errors/guards.ts';
import { connectionFailure } from '../../../src/rules/failures/connectionFailure.ts';

const failure = (code: unknown, rest: object = {}) => Object.assign(new Error('secret'), { code }, rest);

const gist = (error: unknown): unknown =>
  isConnectionError(error)
    ? { sent: error.sent, trusted: error.trusted, reason: error.reason }
    : isProtocolError(error) && 'protocol';

describe('connectionFailure', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET'])(
    'should report for %s whether the request may have been sent',
    (code) => {
      for (const sent of [true, false]) {
        const error = connectionFailure(failure(code), sent);
        expect(gist(error)).toEqual({ sent, trusted: true, reason: code });
        expect(error.message).toBe(
          sent
            ? `The connection was lost (${code}). Try again; Groq may have processed the request and charged for it.`
            : `No connection could be made (${code}). Check the network and the base URL; nothing was sent.`,
        );
      }
    },
  );

  it.each(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED'])(
    'should advise to create another transport for %s, since the network is not the reason',
    (code) => {
      const error = connectionFailure(failure(code), false);
      expect(gist(error)).toEqual({ sent: false, trusted: true, reason: code });
      expect(error.message).toBe(
        `No connection could be made (${code}). Create a new transport, since this one is closed; nothing was sent.`,
      );
    },
  );

  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'HOSTNAME_MISMATCH',
    'EPROTO',
  ])('should report %s during the handshake as an untrusted server', (code) => {
    expect(gist(connectionFailure(failure(code), false))).toEqual({ sent: false, trusted: false, reason: code });
    expect(gist(connectionFailure(failure(code), true, true))).toEqual({ sent: true, trusted: false, reason: code });
    // The server was already trusted when the request was sent.
    expect(gist(connectionFailure(failure(code), true))).toEqual({ sent: true, trusted: true, reason: code });
  });

  it.each([
    failure('HPE_INVALID_CONSTANT'),
    failure(undefined, { name: 'HTTPParserError' }),
    failure('UND_ERR_HEADERS_OVERFLOW'),
    failure('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
    failure('UND_ERR_RES_EXCEEDED_MAX_SIZE'),
  ])('should be a protocol error for a violation of HTTP: %s', (error) => {
    expect(gist(connectionFailure(error, true))).toBe('protocol');
  });

  it('should name the code of a protocol error or an untrusted server in the message', () => {
    expect(connectionFailure(failure('HPE_INVALID_CONSTANT'), true).message).toMatch(
      /^The server does not speak HTTP \(HPE_INVALID_CONSTANT\)\. /,
    );
    expect(connectionFailure(failure(undefined, { name: 'HTTPParserError' }), true).message).toMatch(
      /^The server does not speak HTTP\. /,
    );
    expect(connectionFailure(failure('CERT_HAS_EXPIRED'), false).message).toBe(
      'The server is not trusted (CERT_HAS_EXPIRED). Check the base URL and the certificate of the server or its proxy.',
    );
  });

  it('should report the first of several errors', () => {
    const first = Object.assign(new AggregateError([failure('ETIMEDOUT'), failure('ECONNREFUSED')]), {
      code: undefined,
    });
    expect(gist(connectionFailure(first, false))).toMatchObject({ reason: 'ETIMEDOUT' });
    const own = Object.assign(new AggregateError([failure('ETIMEDOUT')]), { code: 'ECONNREFUSED' });
    expect(gist(connectionFailure(own, false))).toMatchObject({ reason: 'ECONNREFUSED' });
    expect(gist(connectionFailure(new AggregateError([]), false))).toMatchObject({ reason: undefined });
  });

  it.each([undefined, null, 'secret', 5, {}, new Error('secret'), failure(7), { errors: null }, { errors: 5 }])(
    'should handle %s',
    (value) => {
      const error = connectionFailure(value, true);
      expect(gist(error)).toEqual({ sent: true, trusted: true, reason: undefined });
      expect(error.message).toBe(
        'The connection was lost. Try again; Groq may have processed the request and charged for it.',
      );
    },
  );

  it('should keep only the code of the cause', () => {
    const error = connectionFailure(
      failure('ECONNRESET', { headers: ['authorization', 'Bearer secret'], cause: new Error('secret') }),
      true,
    );
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('secret');
    expect(error.cause).toBe(undefined);
  });
});
