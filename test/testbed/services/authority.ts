import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { ensureDebian } from '../provision/debian.ts';

/** A certificate and its key, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

interface CertificateWishes {
  /** Names and IPv4 addresses; the first is the common name. */
  readonly names: readonly string[];
  /** Days from today. Default: 90. Negative: it has expired. */
  readonly days?: number;
  /** True if it names the URL of its issuer's certificate, like those of public authorities. */
  readonly published?: boolean;
}

/** A certificate authority of the tests: a root, or an intermediate one. */
export interface Authority {
  readonly certificate: string;
  issue(wishes: CertificateWishes): Promise<Issued>;
  /** Creates an intermediate authority. */
  below(name: string): Promise<Authority>;
}

const DAY_MS = 86_400_000;
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Creates a root authority in an existing folder. */
export async function createAuthority(folder: string, name = 'Tests Root'): Promise<Authority> {
  if ((await execa('openssl', ['version'], { reject: false })).failed) await ensureDebian(['openssl']);
  const own = await place(folder, name);
  await openssl(own, [
    'req',
    '-x509',
    ...KEY,
    '-days',
    '3650',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  ]);
  return authorityIn(own);
}

async function place(folder: string, name: string): Promise<string> {
  const own = path.join(folder, name.replaceAll(' ', '-').toLowerCase());
  await mkdir(own);
  await writeFile(path.join(own, 'index.txt'), '');
  await writeFile(path.join(own, 'index.txt.attr'), 'unique_subject = no\n');
  const section = [
    'database = index.txt',
    'new_certs_dir = .',
    'rand_serial = yes',
    'default_md = sha256',
    'policy = any',
  ];
  const policy = ['[any]', 'commonName = supplied'];
  await writeFile(
    path.join(own, 'ca.cnf'),
    ['[ca]', 'default_ca = own', '[own]', ...section, ...policy, ''].join('\n'),
  );
  return own;
}

async function authorityIn(folder: string): Promise<Authority> {
  const certificate = await readFile(path.join(folder, 'ca.pem'), 'utf8');
  let made = 0;
  const sign = async (name: string, extensions: readonly string[], days: number): Promise<Issued> => {
    made += 1;
    const file = `issued-${made}`;
    await writeFile(path.join(folder, `${file}.ext`), extensions.map((line) => `${line}\n`).join(''));
    await openssl(folder, ['req', ...KEY, '-subj', `/CN=${name}`, '-keyout', `${file}.key`, '-out', `${file}.csr`]);
    const end = new Date(Date.now() + days * DAY_MS);
    const dates = ['-startdate', stamp(new Date(Math.min(Date.now(), end.getTime()) - DAY_MS)), '-enddate', stamp(end)];
    const signer = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-extfile', `${file}.ext`];
    await openssl(folder, [
      'ca',
      '-batch',
      '-notext',
      ...signer,
      ...dates,
      '-in',
      `${file}.csr`,
      '-out',
      `${file}.pem`,
    ]);
    const read = (ending: string) => readFile(path.join(folder, `${file}.${ending}`), 'utf8');
    return { certificate: await read('pem'), key: await read('key') };
  };
  return {
    certificate,
    issue: ({ names, days = 90, published = false }) => {
      const subjects = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
      const place = published ? ['authorityInfoAccess = caIssuers;URI:http://authority.example.test/ca.cer'] : [];
      return sign(names[0] ?? '', [`subjectAltName = ${subjects}`, ...place], days);
    },
    below: async (name) => {
      const { certificate: own, key } = await sign(name, ['basicConstraints = critical,CA:TRUE'], 3650);
      const sub = await place(folder, name);
      await writeFile(path.join(sub, 'ca.pem'), own);
      await writeFile(path.join(sub, 'ca.key'), key, { mode: 0o600 });
      return authorityIn(sub);
    },
  };
}

/** `20261122120000Z` */
function stamp(time: Date): string {
  return `${time.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
}

function openssl(cwd: string, args: readonly string[]) {
  return execa('openssl', args, { cwd, stdin: 'ignore' });
}
