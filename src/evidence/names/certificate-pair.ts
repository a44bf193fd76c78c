import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';

/**
 * Who vouches for a certificate: a `public` authority, or one that this machine trusts; an authority whose certificate
 * is included (`private`); the certificate itself (`self-signed`); an authority that is not included, although the
 * certificate says where its issuer is published (`incomplete`); or an unknown authority (`unknown`).
 */
type Chain = 'public' | 'private' | 'self-signed' | 'incomplete' | 'unknown';

/** A server certificate with its chain and key, as nginx or an ingress would use them. Nothing of the key is kept. */
export interface CertificatePair {
  readonly subject: string;
  readonly issuer: string;
  /** ISO times: the latest start and the earliest end of validity in the chain. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly chain: Chain;
  /** Hosts of the deployment that the certificate does not cover. */
  readonly uncovered: readonly string[];
  /**
   * Why the key cannot be used: it belongs to another certificate, needs a passphrase, is too short; absent if it can.
   */
  readonly keyFault?: string;
}

/** OpenSSL's default security level refuses shorter RSA keys. */
const LEAST_RSA_BITS = 2048;

export interface PairInput {
  readonly certificate: string;
  readonly key: string;
  /** Names and addresses that it must cover. */
  readonly hosts: readonly string[];
  /** CA certificates to trust in addition to the public ones, PEM. */
  readonly authorities: string | undefined;
}

/** Reads a pair. Throws Error with a text for a message if the certificate or its chain cannot be read. */
export function readPair({ certificate, key, hosts, authorities }: PairInput): CertificatePair {
  const [leaf, ...others] = certificatesIn(certificate);
  if (leaf === undefined) throw new Error('contains no certificate in PEM form');
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
      throw new Error('contains a certificate that cannot be read');
    }
  });
}

/** The leaf and its issuers, as far as they are included. */
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
  // Public authorities publish the issuer's certificate at a URL in the certificate; private ones seldom do.
  return top.infoAccess?.includes('CA Issuers') === true ? 'incomplete' : 'unknown';
}

/** Undefined for a certificate in the machine's bundle that this OpenSSL cannot parse. */
function readable(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function covers(leaf: X509Certificate, host: string): boolean {
  // Browsers use only alternative names since 2017.
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
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'contains no private key in PEM form';
  if (/ENCRYPTED/.test(text)) return 'needs a passphrase, which nginx cannot prompt for';
  try {
    return createPrivateKey(text);
  } catch {
    return 'contains a private key that cannot be read';
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

/** Converts to ISO. Throws Error for an invalid time: OpenSSL returns `Bad time value` for a malformed date. */
function isoTime(time: number): string {
  if (Number.isNaN(time)) throw new Error('contains a certificate whose dates cannot be read');
  return new Date(time).toISOString();
}
