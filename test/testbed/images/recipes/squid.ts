import { DEBIAN_SETS } from '../../debian/sets.ts';
import { accountFiles, BASES } from '../base.ts';
import { layer } from '../recipe.ts';
import { entrypoint, type RecipeOf } from './context.ts';

const PROXY_USER = 13;

/** Debian's squid 5.7 with the interface of the image ubuntu/squid. */
export const squid: RecipeOf = async () => ({
  layers: [
    BASES.debian,
    layer({
      packages: DEBIAN_SETS.squid,
      programs: ['usr/sbin/squid', 'usr/lib/squid/'],
      folders: ['etc/squid', 'usr/share/squid', 'usr/share/squid-langpack'],
      files: [
        ...accountFiles([{ name: 'proxy', id: PROXY_USER }]),
        await entrypoint('squid.sh', 'usr/local/bin/entrypoint.sh'),
      ],
      directories: { 'var/log/squid': 0o755, 'var/spool/squid': 0o755 },
      owners: { 'var/log/squid': PROXY_USER, 'var/spool/squid': PROXY_USER },
    }),
  ],
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TZ=UTC'],
    Entrypoint: ['entrypoint.sh'],
    Cmd: ['-f', '/etc/squid/squid.conf', '-NYC'],
    ExposedPorts: { '3128/tcp': {} },
    Volumes: { '/var/log/squid': {}, '/var/spool/squid': {} },
  },
});
