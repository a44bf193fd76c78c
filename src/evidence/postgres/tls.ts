import type { Duplex } from 'node:stream';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import { readCaFile } from '../../net/custom-ca.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { type CertificateFact, secure } from '../../net/tls.ts';

/** The behaviour of libpq for `sslmode` and `sslrootcert`; `verifies` says what of the certificate is verified. */
export interface TlsPlan {
  /** `preferred`: TLS if the server offers it, as libpq does by default. */
  readonly isOn: boolean | 'preferred';
  readonly verifies: 'nothing' | 'chain' | 'host';
  readonly ca?: string;
}

export interface Encrypted {
  readonly stream: Duplex;
  /** Absent without TLS. */
  readonly certificate?: CertificateFact;
}

/** A certificate that libpq would refuse; `certificate` is the one that was refused. */
export class CertificateFault extends ProbeError {
  readonly certificate: CertificateFact;

  constructor(code: string, text: string, certificate: CertificateFact) {
    super('tls', code, text);
    this.certificate = certificate;
  }
}

/**
 * The plan for the file's `tls`. `require` verifies nothing, or the chain if a root certificate is given (libpq, "SSL
 * Support"). Throws ProbeError if `caFile` cannot be read.
 */
export async function tlsPlan({ mode, caFile }: ExternalPostgres['tls'], baseDirectory: string): Promise<TlsPlan> {
  if (mode === 'disable') return { isOn: false, verifies: 'nothing' };
  const ca = caFile === undefined ? {} : { ca: await readCaFile(caFile, baseDirectory) };
  if (mode === 'verify-full') return { isOn: true, verifies: 'host', ...ca };
  return { isOn: true, verifies: caFile === undefined ? 'nothing' : 'chain', ...ca };
}

/** SSLRequest: its length 8, and 1234.5679 instead of a protocol version (PostgreSQL, "Message Formats"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Requests TLS and negotiates it as planned. Throws ProbeError with stage `tls`; never continues with a certificate
 * that the plan refuses.
 */
export async function encrypt(
  plain: Duplex,
  { host, plan, signal }: { readonly host: string; readonly plan: TlsPlan; readonly signal: AbortSignal },
): Promise<Encrypted> {
  if (plan.isOn === false) return { stream: plain };
  const answer = await firstByte(plain, signal);
  if (answer === 'N' && plan.isOn === 'preferred') return { stream: plain };
  if (answer === 'N') throw new ProbeError('tls', 'NO_TLS', 'offers no TLS: it is disabled on the server (ssl = off)');
  if (answer !== 'S') throw new ProbeError('tls', 'EPROTO', 'answers the request for TLS with an error');
  const { stream, certificate } = await secure(plain, { host, ca: plan.ca, caAlone: true, signal });
  const { distrust, wrongHost } = certificate;
  if (plan.verifies !== 'nothing' && distrust !== undefined) {
    throw new CertificateFault(distrust, `presents a certificate that is not trusted (${distrust})`, certificate);
  }
  if (plan.verifies === 'host' && wrongHost !== undefined) {
    throw new CertificateFault('ERR_TLS_CERT_ALTNAME_INVALID', wrongHost, certificate);
  }
  return { stream, certificate };
}

function firstByte(stream: Duplex, signal: AbortSignal): Promise<string> {
  return new Promise((done, reject) => {
    const leave = () => {
      stream.removeListener('data', heard);
      stream.removeListener('close', closed);
      signal.removeEventListener('abort', late);
    };
    const heard = (bytes: Buffer) => {
      leave();
      done(String.fromCharCode(bytes[0] ?? 0));
    };
    const fail = (code: string, text: string) => {
      leave();
      reject(new ProbeError('tls', code, text));
    };
    const closed = () => fail('ECONNRESET', 'closes the connection when asked for TLS');
    const late = () => fail('ETIMEDOUT', 'accepts the connection but never answers');
    stream.once('data', heard);
    stream.once('close', closed);
    signal.addEventListener('abort', late, { once: true });
    stream.write(SSL_REQUEST);
    if (signal.aborted) late();
  });
}
