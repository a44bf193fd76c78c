import { readFile } from 'node:fs/promises';

/** Where distributions keep the authorities that a machine trusts, the operator's own among them (Debian, Red Hat, SUSE, Alpine). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The machine's own authorities, PEM; undefined where there is no such file. Node itself knows the public ones only. */
export async function machineAuthorities(): Promise<string | undefined> {
  for (const path of BUNDLES) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
