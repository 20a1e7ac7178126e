import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { isConnectionError } from '../../src/errors/guards.ts';
import { constantCounter } from '../../src/operators.ts';
import { makeCertificate } from '../util/certificate.ts';
import { rawServers } from '../util/rawServer.ts';

describe('TLS', () => {
  const serve = rawServers();

  it('should not be used below version 1.2', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const server = await serve({ tls: { ...makeCertificate(), ...old } });
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, counter: constantCounter(1) });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const error: unknown = await lastValueFrom(groq.complete({ messages })).catch((cause: unknown) => cause);
    expect(error).toSatisfy(isConnectionError);
    expect(error).toMatchObject({ sent: false, trusted: false });
    expect(server.requests.length).toBe(0);
    await groq.close();
  });

  it('should not be weakened by any option', () => {
    for (const option of ['rejectUnauthorized', 'tls', 'insecure', 'ca', 'checkServerIdentity', 'dispatcher']) {
      expect(() => createGroq({ apiKey: 'gsk_x', [option]: false })).toThrow(option);
    }
  });
});
