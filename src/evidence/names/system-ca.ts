import { readFile } from 'node:fs/promises';
import type { CollectContext } from '../evidence.ts';

/**
 * Paths of the bundle of CA certificates that a machine trusts, including the operator's own (Debian, Red Hat, SUSE,
 * Alpine).
 */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * CA certificates of the machine and of NODE_EXTRA_CA_CERTS, PEM. Undefined if there are none. Node itself trusts only
 * the public ones.
 */
export async function systemCaCertificates(env: CollectContext['env']): Promise<string | undefined> {
  const own = await firstOf(BUNDLES);
  const extra = await firstOf([env.NODE_EXTRA_CA_CERTS ?? '']);
  const texts = [own, extra].filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join('\n');
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths.filter((one) => one !== '')) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
