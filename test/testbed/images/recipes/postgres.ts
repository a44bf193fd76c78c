import { DEBIAN_SETS } from '../../debian/sets.ts';
import { accountFiles, baseOfTag } from '../base.ts';
import { layer } from '../recipe.ts';
import { entrypoint, type RecipeOf } from './context.ts';

const HOME = 'usr/lib/postgresql/15';
const PROGRAMS =
  'clusterdb createdb createuser dropdb dropuser initdb pg_basebackup pg_controldata pg_ctl pg_dump pg_dumpall ' +
  'pg_isready pg_receivewal pg_restore pg_resetwal pg_rewind pg_verifybackup postgres psql reindexdb vacuumdb';
const DATA = 'var/lib/postgresql/data';

/** Debian's PostgreSQL 15 with the interface of the official image. */
export const postgres: RecipeOf = async ({ tag }) => {
  // The official images have different user numbers.
  const user = tag.includes('alpine') ? 70 : 999;
  const server = layer({
    packages: DEBIAN_SETS.postgres,
    programs: [...PROGRAMS.split(' ').map((name) => `${HOME}/bin/${name}`), `${HOME}/lib/`, 'usr/bin/setpriv'],
    folders: ['usr/share/postgresql/15', 'usr/share/zoneinfo'],
    // Compiling queries to machine code is optional, and its library is as large as everything else together.
    without: [`${HOME}/lib/llvmjit.so`, `${HOME}/lib/bitcode`, `${HOME}/lib/llvmjit_types.bc`],
    files: [
      ...accountFiles([{ name: 'postgres', id: user, home: '/var/lib/postgresql' }]),
      await entrypoint('postgres.sh', 'usr/local/bin/docker-entrypoint.sh'),
    ],
    links: Object.fromEntries(PROGRAMS.split(' ').map((name) => [`usr/local/bin/${name}`, `/${HOME}/bin/${name}`])),
    directories: { [DATA]: 0o1777, 'run/postgresql': 0o3777, 'docker-entrypoint-initdb.d': 0o755 },
    owners: { 'var/lib/postgresql': user, 'run/postgresql': user },
  });
  return {
    layers: [baseOfTag(tag), server],
    config: {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'LANG=C.UTF-8',
        'PG_MAJOR=15',
        `PGDATA=/${DATA}`,
      ],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
      ExposedPorts: { '5432/tcp': {} },
      Volumes: { [`/${DATA}`]: {} },
      StopSignal: 'SIGINT',
    },
  };
};
