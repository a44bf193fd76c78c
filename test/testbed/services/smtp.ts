import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { ensure } from '../provision/ensure.ts';
import { privateFile, removeFolder, type ServiceOptions, serviceFolder, startProcess } from './service.ts';
import { type Certificate, makeCertificate } from './tls.ts';

/** How one port of the mail server behaves. */
interface MailPort {
  readonly tls: 'none' | 'starttls' | 'implicit';
  /** `tls`: offered only with TLS. `required`: no mail without it. */
  readonly auth: 'none' | 'offered' | 'required' | 'tls';
  /** Default: PLAIN and LOGIN. */
  readonly methods?: readonly ('PLAIN' | 'LOGIN')[];
  /** Accepts mail for any domain. Default: true. */
  readonly relays?: boolean;
  /** Refuses everything before STARTTLS. Default: false. */
  readonly mustStartTls?: boolean;
}

export interface SmtpOptions<Name extends string> extends Pick<ServiceOptions, 'bind'> {
  readonly ports: Readonly<Record<Name, MailPort>>;
  /** Creates the certificate of every port. Default: one from its own authority. */
  readonly certificate?: (folder: string, host: string) => Promise<Certificate>;
}

/** A real mail server that accepts mail from one sender and forwards none. */
export interface SmtpService<Name extends string> {
  readonly host: string;
  readonly ports: Readonly<Record<Name, number>>;
  readonly user: string;
  readonly password: string;
  readonly sender: string;
  /** The number of mails it received. */
  letters(): Promise<number>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('smtp.py', import.meta.url));

/** Starts a mail server on one port per name. @throws Unavailable if its packages cannot be installed */
export async function startSmtp<Name extends string>(options: SmtpOptions<Name>): Promise<SmtpService<Name>> {
  const { aiosmtpd } = await ensure(['aiosmtpd']);
  const folder = await serviceFolder('smtp');
  const host = options.bind ?? '127.0.0.1';
  const names = Object.keys(options.ports) as Name[];
  const free = await freePorts(names.length, new Set());
  const ports = Object.fromEntries(names.map((name, index) => [name, free[index] ?? 0])) as Record<Name, number>;
  const { certFile, keyFile } = await (options.certificate?.(folder, host) ??
    makeCertificate(folder, [host], { days: 365 }));
  const login = { user: 'dify', password: 'a password: with @ / # ? % in it', sender: 'dify@example.test' };
  const listeners = names.map((name) => ({ ...options.ports[name], port: ports[name] }));
  const config = await privateFile(
    folder,
    'smtp.json',
    JSON.stringify({ host, ...login, certFile, keyFile, ports: listeners }),
  );
  const log = async () => readFile(path.join(folder, 'smtp.log'), 'utf8');
  try {
    const server = await startProcess({ name: 'smtp', file: aiosmtpd, args: [PROGRAM, config], folder });
    await server.ready(async () => ((await log()).includes('listening') ? true : undefined));
    return {
      host,
      ports,
      ...login,
      letters: async () => (await log()).split('\n').filter((line) => line === 'letter').length,
      stop: async () => {
        await server.end();
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
