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

/** What a server showed when TLS was agreed on. */
export interface CertificateFact {
  readonly subject: string;
  readonly issuer: string;
  /** ISO times. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Why the chain is not trusted (`CERT_HAS_EXPIRED`, `SELF_SIGNED_CERT_IN_CHAIN`, …); absent where it is. */
  readonly distrust?: string;
  /** Set where the issuer's certificate was not sent along although it is published: clients that do not know it cannot build the chain. */
  readonly incomplete?: true;
  /** Why the certificate is not for this host; absent where it is. */
  readonly wrongHost?: string;
  /** `TLSv1.3`. */
  readonly protocol: string;
}

export interface SecureOptions {
  /** The name that the certificate must be for, and that is asked for (SNI). */
  readonly host: string;
  /** More authorities to trust, PEM, beside the public ones. */
  readonly ca?: string | undefined;
  /** True for clients that trust `ca` alone once they are given it, as libpq does. */
  readonly caAlone?: boolean;
  readonly alpn?: readonly string[];
  readonly signal: AbortSignal;
}

export interface Secured {
  readonly stream: TLSSocket;
  readonly certificate: CertificateFact;
}

/**
 * Agrees on TLS over an open stream, whatever certificate is shown, and says what it was: what to make of it is the caller's (`assertTrusted` where the
 * deployment verifies). Throws ProbeFault with stage `tls` where no TLS comes about.
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
    // More than one may come where the stream below ends at the same time.
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
        // What is thrown in an event's handler ends the process.
        socket.destroy();
        const unreadable = new ProbeError('tls', 'ERR_TLS_CERT', 'shows a certificate that cannot be read');
        reject(error instanceof ProbeError ? error : unreadable);
      }
    });
  });
}

const contexts = new Map<string, SecureContext>();

/** Trust in the public authorities and more; to read all of them for every connection takes longer than its greeting. */
function trusting(ca: string): SecureContext {
  const context = contexts.get(ca) ?? createSecureContext({ ca: [...rootCertificates, ca] });
  contexts.set(ca, context);
  return context;
}

/** Throws ProbeFault with stage `tls` where the chain is not trusted or the certificate is for another host. */
export function assertTrusted({ distrust, wrongHost }: CertificateFact): void {
  if (distrust !== undefined)
    throw new ProbeError('tls', distrust, `shows a certificate that is not trusted (${distrust})`);
  if (wrongHost !== undefined) throw new ProbeError('tls', 'ERR_TLS_CERT_ALTNAME_INVALID', wrongHost);
}

function certificateOf(socket: TLSSocket, host: string): CertificateFact {
  const shown = socket.getPeerCertificate();
  const wrongHost = checkServerIdentity(host, shown);
  // Node's types call it an Error; it is the code's text.
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
      : { wrongHost: `shows a certificate for another host: ${namesOf(shown.subjectaltname)}` }),
  };
}

/** Throws ProbeFault for what is no time: OpenSSL gives `Bad time value` for a date that is malformed. */
function isoTime(text: string): string {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new ProbeError('tls', 'ERR_TLS_CERT_DATE', 'shows a certificate whose dates cannot be read');
}

function namesOf(alternatives: string | undefined): string {
  return alternatives === undefined
    ? 'it names none'
    : alternatives.replaceAll('DNS:', '').replaceAll('IP Address:', '');
}

function tlsFault(error: NodeJS.ErrnoException): ProbeError {
  const code = error.code ?? 'EPROTO';
  if (code === 'ETIMEDOUT')
    return new ProbeError('tls', code, 'takes the connection and never answers the TLS greeting');
  if (code === 'ECONNRESET')
    return new ProbeError('tls', code, 'closes the connection at the TLS greeting: it may speak no TLS on this port');
  return new ProbeError('tls', code, `agrees on no TLS (${code}): it may speak none on this port`);
}
