import { realpath, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { debianTree } from '../debian/tree.ts';
import { ensure } from '../provision/ensure.ts';
import { serviceFolder } from './service.ts';

/** PostgreSQL's programs, from any source. */
export interface PostgresInstallation {
  /** The folder of initdb, postgres and the others. */
  readonly programs: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Debian's PostgreSQL 15. @throws Unavailable if Debian's packages cannot be downloaded */
export async function debianPostgres(): Promise<PostgresInstallation> {
  const tree = await debianTree(DEBIAN_SETS.postgres);
  return { programs: path.join(tree.root, 'usr/lib/postgresql/15/bin'), env: tree.env };
}

/**
 * PyPI's PostgreSQL 16 with pgvector 0.6, which Debian 12 has no package of. It does not support TLS.
 *
 * @throws Unavailable if it cannot be installed
 */
export async function pgvectorPostgres(): Promise<PostgresInstallation> {
  const { pgserver } = await ensure(['pgserver']);
  const where = "import importlib.util; print(importlib.util.find_spec('pgserver').origin)";
  const { stdout } = await execa(pgserver, ['-c', where], { stdin: 'ignore' });
  return { programs: path.join(path.dirname(stdout.trim()), 'pginstall', 'bin'), env: {} };
}

/**
 * npm's PostgreSQL 18, which is newer than Dify supports. Its psql is Debian's, because the package has none.
 *
 * @throws Unavailable if it cannot be installed
 */
export async function postgres18(): Promise<PostgresInstallation> {
  const [{ postgres18: server }, debian] = await Promise.all([ensure(['postgres18']), debianPostgres()]);
  const programs = await serviceFolder('postgres18');
  const from = path.dirname(await realpath(server));
  for (const name of ['initdb', 'postgres']) await symlink(path.join(from, name), path.join(programs, name));
  await symlink(path.join(debian.programs, 'psql'), path.join(programs, 'psql'));
  return { programs, env: debian.env };
}
