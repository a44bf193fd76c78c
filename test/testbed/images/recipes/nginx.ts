import { DEBIAN_SETS } from '../../debian/sets.ts';
import { accountFiles, baseOfTag, curl } from '../base.ts';
import { layer } from '../recipe.ts';
import { entrypoint, type RecipeOf } from './context.ts';

const MAIN_CONFIGURATION = `user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /var/log/nginx/access.log;
  sendfile on;
  keepalive_timeout 65;
  include /etc/nginx/conf.d/*.conf;
}
`;
const DEFAULT_SERVER = `server {
  listen 80;
  server_name localhost;
  location / { root /usr/share/nginx/html; }
}
`;

/** Debian's nginx 1.22 with the interface of the official image. */
export const nginx: RecipeOf = async ({ tag }) => ({
  layers: [
    baseOfTag(tag),
    curl,
    layer({
      packages: DEBIAN_SETS.nginx,
      programs: ['usr/sbin/nginx', 'usr/bin/envsubst'],
      folders: ['etc/nginx/mime.types', 'usr/share/nginx/html'],
      files: [
        ...accountFiles([{ name: 'nginx', id: 101, home: '/nonexistent' }]),
        { path: 'etc/nginx/nginx.conf', mode: 0o644, content: MAIN_CONFIGURATION },
        { path: 'etc/nginx/conf.d/default.conf', mode: 0o644, content: DEFAULT_SERVER },
        await entrypoint('nginx.sh', 'docker-entrypoint.sh'),
      ],
      links: { 'var/log/nginx/access.log': '/dev/stdout', 'var/log/nginx/error.log': '/dev/stderr' },
      directories: { 'docker-entrypoint.d': 0o755, 'var/lib/nginx': 0o755, 'var/cache/nginx': 0o755 },
      owners: { 'var/lib/nginx': 101, 'var/cache/nginx': 101 },
    }),
  ],
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGQUIT',
  },
});
