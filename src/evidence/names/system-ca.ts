import { readFile } from 'node:fs/promises';
import type { CollectContext } from '../evidence.ts';

/** Where distributions keep the authorities that a machine trusts, the operator's own among them (Debian, Red Hat, SUSE, Alpine). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The machine's own authorities and those that Node was given besides (NODE_EXTRA_CA_CERTS), PEM; undefined where there are none. Node itself knows
 * the public ones only.
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
