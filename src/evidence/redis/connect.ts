import { withinMs } from '../../base/time-limit.ts';
import type { Dial } from '../../net/dial.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { assertTrusted, type CertificateFact, secure } from '../../net/tls.ts';
import { openSession, RedisError, type RedisSession } from './session.ts';

/** Address of a Redis server, and the login. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: { readonly mode: 'disable' | 'require' | 'verify-full'; readonly ca?: string | undefined };
}

export interface ConnectOptions {
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Milliseconds for connecting, for TLS, and for each answer. */
  readonly limitMs: number;
  /** Called as soon as the server shows a certificate, even if the certificate is refused. */
  readonly onCertificate?: (certificate: CertificateFact) => void;
}

/** `host:port`, IPv6 in brackets. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

/** Dials, negotiates TLS as the deployment requires, and opens a session without a login. Throws ProbeError. */
export async function connect(target: RedisTarget, options: ConnectOptions): Promise<RedisSession> {
  const { host, port, tls } = target;
  const { limitMs } = options;
  const stream = await options.dial(host, port, { signal: options.signal, limitMs });
  if (tls.mode === 'disable') return openSession(stream, limitMs);
  const signal = withinMs(limitMs, options.signal);
  const secured = await secure(stream, { host, ca: tls.ca, signal });
  options.onCertificate?.(secured.certificate);
  try {
    if (tls.mode === 'verify-full') assertTrusted(secured.certificate);
  } catch (error) {
    secured.stream.destroy();
    throw error;
  }
  return openSession(secured.stream, limitMs);
}

/** Errors of a PING that prove that the login succeeded. */
const TAKEN = ['NOPERM', 'MISCONF', 'MASTERDOWN', 'CLUSTERDOWN'];

/**
 * Logs in as Dify's clients do, and verifies with a PING that the server accepts commands. Throws ProbeError with stage
 * `tls` or `login`.
 */
export async function logIn(session: RedisSession, target: RedisTarget): Promise<void> {
  const { username, password, tls } = target;
  try {
    if (username !== undefined) await session.call('AUTH', username, password ?? '');
    else if (password !== undefined) await session.call('AUTH', password);
    await session.call('PING');
  } catch (error) {
    if (error instanceof RedisError) {
      if (TAKEN.includes(error.code)) return;
      throw new ProbeError('login', error.code, loginText(error, username));
    }
    if (!(error instanceof ProbeError)) throw error;
    const { code, text } = error.fact;
    if (code !== 'ECONNRESET' || tls.mode !== 'disable') throw new ProbeError('login', code, text);
    throw new ProbeError(
      'tls',
      code,
      'closes the connection at the first command: it may accept only TLS on this port',
    );
  }
}

function loginText({ code, message }: RedisError, username: string | undefined): string {
  const user = username ?? 'default';
  if (code === 'WRONGPASS')
    return `refuses the login: the password of user ${user} is wrong, or that user does not exist or is disabled`;
  if (code === 'NOAUTH') return 'requires a password, but the deployment has none';
  if (code === 'DENIED') return 'is in protected mode: it accepts only clients on its own machine';
  if (/without any password configured|no password is set/.test(message))
    return 'requires no password, but the deployment has one';
  if (/wrong number of arguments/.test(message)) return 'does not support user names: it is older than Redis 6';
  if (/max number of clients/.test(message)) return 'has reached its limit of clients (maxclients)';
  if (/invalid password/.test(message)) return 'refuses the password';
  if (code === 'BUSY') return 'runs a script that does not finish, and answers no other command (BUSY)';
  if (code === 'LOADING') return 'is loading its data and answers no command yet';
  return `refuses the login (${code})`;
}
