import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** The host and the validity of a certificate. */
export interface CertificateOptions {
  /** An address or a name. */
  readonly host?: string;
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** A certificate with its key, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a self-signed certificate for the server of a test. It is encoded here, since Node can only read certificates,
 * and a key should not be in the repository.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function makeCertificate({
  host = '127.0.0.1',
  validFrom = new Date('2020-01-01'),
  validTo = new Date('2049-01-01'),
}: CertificateOptions = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from('rxgroq test')))));
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(utcTime(validFrom), utcTime(validTo)),
    name,
    spki(publicKey),
    der(0xa3, sequence(subjectAltName(host), basicConstraints())),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const der = (tag: number, ...content: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const prefix = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...prefix]), bytes]);
};

const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);

const set = (...content: Uint8Array[]): Buffer => der(0x31, ...content);

/** A number below 128, which takes one byte. */
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));

const oid = (...bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));

/** `YYMMDDhhmmssZ` */
const utcTime = (date: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      date
        .toISOString()
        .replace(/\.\d+|[-:T]/g, '')
        .slice(2),
    ),
  );

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const subjectAltName = (host: string): Buffer => {
  const address = host.split('.').map(Number);
  const isAddress = address.length === 4 && address.every(Number.isInteger);
  const name = isAddress ? der(0x87, Buffer.from(address)) : der(0x82, Buffer.from(host));
  return sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(name)));
};

const basicConstraints = (): Buffer =>
  sequence(oid(0x55, 0x1d, 0x13), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))));
