import path from 'node:path';

import { execa } from 'execa';

import { ensureDebian } from '../provision/debian.ts';
import { privateFile } from './service.ts';

/** Files of a server's certificate and of the authority that signed it. */
export interface Certificate {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions {
  /** Days from now until it expires; -1: it expired yesterday. Default: 90. */
  readonly days?: number;
  /** The authority that signs it. Default: a new one. */
  readonly by?: Certificate;
}

/**
 * Creates a certificate for these addresses (IPv4) and names, and the authority that signs it unless `by` names one.
 */
export async function makeCertificate(
  folder: string,
  names: readonly string[],
  { days = 90, by }: CertificateOptions = {},
): Promise<Certificate> {
  if ((await execa('openssl', ['version'], { reject: false })).failed) await ensureDebian(['openssl']);
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]) => execa('openssl', args, { cwd: folder, stdin: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const caFile = by?.caFile ?? file('ca.pem');
  const caKey = path.join(path.dirname(caFile), 'ca.key');
  if (by === undefined) {
    const authority = ['-subj', "/CN=difyctl's tests", '-addext', 'basicConstraints=critical,CA:TRUE'];
    await openssl('req', '-x509', ...key, '-days', '90', ...authority, '-keyout', caKey, '-out', caFile);
  }
  const subject = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  const extensions = await privateFile(folder, 'extensions', `subjectAltName=${subject}\n`);
  await openssl('req', ...key, '-subj', `/CN=${names[0]}`, '-keyout', 'server.key', '-out', 'server.csr');
  const signed = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', String(days), '-extfile', extensions];
  await openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem');
  return { caFile, certFile: file('server.pem'), keyFile: file('server.key') };
}
