import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { type CertificatePair, readPair } from './certificate-pair.ts';
import { publicOrigins } from './public-hosts.ts';
import { systemCaCertificates } from './system-ca.ts';

/** The certificate and key of `target.tls`, or why they cannot be read. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The file and its problem; `pair` is then absent. */
  readonly fault?: string;
  readonly pair?: CertificatePair;
}
export const NAMES_CERTIFICATE_FILES = evidenceKey<CertificateFiles>('names.certificate-files', 1);

export const certificateFilesCollector: Collector<CertificateFiles> = {
  key: NAMES_CERTIFICATE_FILES,
  timeoutMs: 10_000,
  collect: async ({ deployment, baseDirectory, env }) => {
    const target = deployment?.target;
    if (deployment === undefined || target?.type !== 'compose' || target.tls === undefined)
      throw new CollectionError('absent', 'target.tls in the file');
    const certFile = resolve(baseDirectory, target.tls.certFile);
    const keyFile = resolve(baseDirectory, target.tls.keyFile);
    const files = { certFile, keyFile };
    const [certificate, key, authorities] = await Promise.all([
      read(certFile),
      read(keyFile),
      systemCaCertificates(env),
    ]);
    const unread = [certificate, key].find((one) => 'fault' in one);
    if (unread !== undefined && 'fault' in unread) return { ...files, fault: unread.fault };
    if (!('text' in certificate) || !('text' in key)) throw new Error('a file neither read nor at fault');
    // All public hosts, even if their URLs are plain HTTP and only redirect: the certificate is for the same hosts.
    const hosts = [...new Set(publicOrigins(deployment).map(({ host }) => host))];
    try {
      return { ...files, pair: readPair({ certificate: certificate.text, key: key.text, hosts, authorities }) };
    } catch (error) {
      return { ...files, fault: `${certFile} ${error instanceof Error ? error.message : String(error)}` };
    }
  },
};

type Read = { readonly text: string } | { readonly fault: string };

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be read by this user',
  EISDIR: 'is a folder: Docker creates one if a mounted file is missing',
};

async function read(path: string): Promise<Read> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return { fault: `${path} ${WORDS[code] ?? `cannot be read (${code})`}` };
  }
}
