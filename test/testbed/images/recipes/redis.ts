import { DEBIAN_SETS } from '../../debian/sets.ts';
import { accountFiles, baseOfTag } from '../base.ts';
import { layer } from '../recipe.ts';
import { entrypoint, type RecipeOf } from './context.ts';

/** Debian's Redis 7.0 with the interface of the official image. */
export const redis: RecipeOf = async ({ tag }) => ({
  layers: [
    baseOfTag(tag),
    layer({
      packages: DEBIAN_SETS.redis,
      programs: ['usr/bin/redis-check-rdb', 'usr/bin/redis-cli', 'usr/bin/setpriv'],
      files: [
        ...accountFiles([{ name: 'redis', id: 999, home: '/data' }]),
        await entrypoint('redis.sh', 'usr/local/bin/docker-entrypoint.sh'),
      ],
      // One program, which selects its role by its name.
      links: { 'usr/bin/redis-server': 'redis-check-rdb', 'usr/bin/redis-sentinel': 'redis-check-rdb' },
      directories: { data: 0o755 },
      owners: { data: 999 },
    }),
  ],
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    WorkingDir: '/data',
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
  },
});
