import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { ProbeError } from './probe-error.ts';

/** The certificate and protocol of a TLS connection. */
export interface CertificateFact {
  readonly subject: string;
  readonly issuer: string;
  /** ISO times. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Why the chain is not trusted (`CERT_HAS_EXPIRED`, `SELF_SIGNED_CERT_IN_CHAIN`, …). Undefined if it is trusted. */
  readonly distrust?: string;
  /**
   * Set if the server did not send the issuer's certificate although it is published: clients that do not have it
   * cannot build the chain.
   */
  readonly incomplete?: true;
  /** Why the certificate is not for this host. Undefined if it is. */
  readonly wrongHost?: string;
  /** `TLSv1.3`. */
  readonly protocol: string;
}

export interface SecureOptions {
  /** The name that the certificate must be for, also sent as SNI. */
  readonly host: string;
  /** Authorities to trust in addition to the public ones, PEM. */
  readonly ca?: string | undefined;
  /** True for clients that, once they have `ca`, trust no other authority, as libpq does. */
  readonly caAlone?: boolean;
  readonly alpn?: readonly string[];
  readonly signal: AbortSignal;
}

export interface Secured {
  readonly stream: TLSSocket;
  readonly certificate: CertificateFact;
}

/**
 * Starts TLS over an open stream, accepts any certificate, and returns it. The caller decides what it means
 * (`assertTrusted` if the deployment verifies certificates). Throws ProbeError with stage `tls` if the handshake fails.
 */
export function secure(stream: Duplex, { host, ca, caAlone, alpn, signal }: SecureOptions): Promise<Secured> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const options: ConnectionOptions = {
    socket: stream,
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : caAlone === true ? { ca } : { secureContext: trusting(ca) }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const late = () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    signal.addEventListener('abort', late, { once: true });
    if (signal.aborted) late();
    const fail = (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', late);
      reject(tlsFault(error));
    };
    const closed = () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    // More than one error may occur if the stream below ends at the same time.
    socket.on('error', fail);
    socket.once('close', closed);
    socket.once('secureConnect', () => {
      socket.removeListener('close', closed);
      socket.removeListener('error', fail);
      signal.removeEventListener('abort', late);
      socket.on('error', () => undefined);
      try {
        resolve({ stream: socket, certificate: certificateOf(socket, name) });
      } catch (error) {
        // An error thrown in an event handler ends the process.
        socket.destroy();
        const unreadable = new ProbeError('tls', 'ERR_TLS_CERT', 'presents a certificate that cannot be read');
        reject(error instanceof ProbeError ? error : unreadable);
      }
    });
  });
}

const contexts = new Map<string, SecureContext>();

/**
 * Returns a context that trusts the public authorities and `ca`. Contexts are cached: parsing all authorities for each
 * connection takes longer than the handshake.
 */
function trusting(ca: string): SecureContext {
  const context = contexts.get(ca) ?? createSecureContext({ ca: [...rootCertificates, ca] });
  contexts.set(ca, context);
  return context;
}

/** Throws ProbeError with stage `tls` if the chain is not trusted or the certificate is for another host. */
export function assertTrusted({ distrust, wrongHost }: CertificateFact): void {
  if (distrust !== undefined)
    throw new ProbeError('tls', distrust, `presents a certificate that is not trusted (${distrust})`);
  if (wrongHost !== undefined) throw new ProbeError('tls', 'ERR_TLS_CERT_ALTNAME_INVALID', wrongHost);
}

function certificateOf(socket: TLSSocket, host: string): CertificateFact {
  const shown = socket.getPeerCertificate();
  const wrongHost = checkServerIdentity(host, shown);
  // Node's types declare an Error, but it is the text of the code.
  const distrust = socket.authorized ? undefined : String(socket.authorizationError);
  return {
    subject: String(shown.subject?.CN ?? shown.subjectaltname ?? ''),
    issuer: String(shown.issuer?.CN ?? shown.issuer?.O ?? ''),
    validFrom: isoTime(shown.valid_from),
    validTo: isoTime(shown.valid_to),
    protocol: socket.getProtocol() ?? '',
    ...(distrust === undefined || distrust === 'ERR_TLS_CERT_ALTNAME_INVALID' ? {} : { distrust }),
    ...(distrust === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' && shown.infoAccess?.['CA Issuers - URI'] !== undefined
      ? { incomplete: true as const }
      : {}),
    ...(wrongHost === undefined
      ? {}
      : { wrongHost: `presents a certificate for another host: ${namesOf(shown.subjectaltname)}` }),
  };
}

/**
 * Returns an ISO time. Throws ProbeError if the text is not a time: OpenSSL returns `Bad time value` for a malformed
 * date.
 */
function isoTime(text: string): string {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new ProbeError('tls', 'ERR_TLS_CERT_DATE', 'presents a certificate whose dates cannot be read');
}

function namesOf(alternatives: string | undefined): string {
  return alternatives === undefined
    ? 'it contains no name'
    : alternatives.replaceAll('DNS:', '').replaceAll('IP Address:', '');
}

function tlsFault(error: NodeJS.ErrnoException): ProbeError {
  const code = error.code ?? 'EPROTO';
  if (code === 'ETIMEDOUT')
    return new ProbeError('tls', code, 'accepts the connection but never answers the TLS greeting');
  if (code === 'ECONNRESET')
    return new ProbeError('tls', code, 'closes the connection at the TLS greeting: the port may not use TLS');
  return new ProbeError('tls', code, `cannot negotiate TLS (${code}): the port may not use TLS`);
}
