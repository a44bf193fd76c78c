import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';

/**
 * How a certificate is vouched for: by a `public` authority (or one that this machine trusts), by an authority of one's own whose certificate comes along
 * (`private`), by itself (`self-signed`), by one that is not here although the certificate says where its issuer is published (`incomplete`), or by
 * one that nobody here knows (`unknown`).
 */
type Chain = 'public' | 'private' | 'self-signed' | 'incomplete' | 'unknown';

/** A server certificate with its chain and key, as nginx or an ingress would be given them. Nothing of the key is kept. */
export interface CertificatePair {
  readonly subject: string;
  readonly issuer: string;
  /** ISO times: the latest beginning and the earliest end within the chain. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly chain: Chain;
  /** Hosts of the deployment that the certificate is not for. */
  readonly uncovered: readonly string[];
  /** What keeps the key from being used: it belongs to another certificate, needs a passphrase, is too short; absent where nothing does. */
  readonly keyFault?: string;
}

/** Below this, OpenSSL's default security level refuses an RSA key. */
const LEAST_RSA_BITS = 2048;

export interface PairInput {
  readonly certificate: string;
  readonly key: string;
  /** Names and addresses that it must be for. */
  readonly hosts: readonly string[];
  /** More authorities to trust, PEM, beside the public ones. */
  readonly authorities: string | undefined;
}

/** Reads a pair. Throws Error with a text for a message where the certificate is none. */
export function readPair({ certificate, key, hosts, authorities }: PairInput): CertificatePair {
  const [leaf, ...others] = certificatesIn(certificate);
  if (leaf === undefined) throw new Error('holds no certificate in PEM form');
  const path = pathFrom(leaf, others);
  const fault = keyFault(leaf, key);
  return {
    subject: commonName(leaf.subject) || (leaf.subjectAltName ?? ''),
    issuer: commonName(leaf.issuer),
    validFrom: latest(path.map(({ validFrom }) => validFrom)),
    validTo: earliest(path.map(({ validTo }) => validTo)),
    chain: chainOf(path, [...rootCertificates, ...pemsIn(authorities ?? '')]),
    uncovered: hosts.filter((host) => !covers(leaf, host)),
    ...(fault === undefined ? {} : { keyFault: fault }),
  };
}

function pemsIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function certificatesIn(text: string): readonly X509Certificate[] {
  return pemsIn(text).map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch {
      throw new Error('holds a certificate that cannot be read');
    }
  });
}

/** The leaf and those above it, as far as they are here. */
function pathFrom(leaf: X509Certificate, others: readonly X509Certificate[]): readonly X509Certificate[] {
  const path = [leaf];
  for (let at: X509Certificate | undefined = leaf; at !== undefined && path.length <= others.length; ) {
    const below: X509Certificate = at;
    at = others.find((candidate) => !path.includes(candidate) && issued(candidate, below));
    if (at !== undefined) path.push(at);
  }
  return path;
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function chainOf(path: readonly X509Certificate[], roots: readonly string[]): Chain {
  const [leaf] = path;
  const top = path.at(-1);
  if (leaf === undefined || top === undefined) return 'unknown';
  const isKnown = roots.some((pem) => {
    const root = readable(pem);
    return root !== undefined && (root.fingerprint256 === top.fingerprint256 || issued(root, top));
  });
  if (isKnown) return 'public';
  if (issued(top, top)) return top === leaf ? 'self-signed' : 'private';
  // Public authorities say where the certificate of the issuer is to be had; one's own seldom does.
  return top.infoAccess?.includes('CA Issuers') === true ? 'incomplete' : 'unknown';
}

/** A machine's bundle may hold what this OpenSSL cannot read. */
function readable(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function covers(leaf: X509Certificate, host: string): boolean {
  // Browsers have looked at alternative names alone since 2017.
  return isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never' }) !== undefined : leaf.checkIP(host) !== undefined;
}

function keyFault(leaf: X509Certificate, text: string): string | undefined {
  const key = privateKey(text);
  if (typeof key === 'string') return key;
  if (!leaf.checkPrivateKey(key)) return 'belongs to another certificate';
  const bits = leaf.publicKey.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < LEAST_RSA_BITS
    ? `has ${bits} bits: nginx refuses RSA keys below ${LEAST_RSA_BITS}`
    : undefined;
}

function privateKey(text: string): KeyObject | string {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'holds no private key in PEM form';
  if (/ENCRYPTED/.test(text)) return 'needs a passphrase, which nginx cannot prompt for';
  try {
    return createPrivateKey(text);
  } catch {
    return 'holds a private key that cannot be read';
  }
}

function commonName(distinguished: string): string {
  return /^CN=(.+)$/m.exec(distinguished)?.[1] ?? /^O=(.+)$/m.exec(distinguished)?.[1] ?? '';
}

function latest(times: readonly string[]): string {
  return isoTime(Math.max(...times.map((time) => Date.parse(time))));
}

function earliest(times: readonly string[]): string {
  return isoTime(Math.min(...times.map((time) => Date.parse(time))));
}

/** OpenSSL gives `Bad time value` for a date that is malformed. */
function isoTime(time: number): string {
  if (Number.isNaN(time)) throw new Error('holds a certificate whose dates cannot be read');
  return new Date(time).toISOString();
}
