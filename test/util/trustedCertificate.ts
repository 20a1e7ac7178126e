import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll } from 'vitest';
import { type Certificate, makeCertificate } from './certificate.ts';

/** A certificate for the server of a test, trusted by all clients of this process while the tests of a suite run. */
export function trustedCertificate(): Certificate {
  const made = makeCertificate();
  const before = getCACertificates('default');
  beforeAll(() => {
    setDefaultCACertificates([...before, made.cert]);
  });
  afterAll(() => {
    setDefaultCACertificates(before);
  });
  return made;
}
