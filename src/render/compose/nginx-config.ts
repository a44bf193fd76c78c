import type { ComponentName } from '../../checklist/components.ts';
import type { ComposeContext } from './context.ts';
import { COMPOSE_ADDRESSES, PORTS, SERVICE_OF } from './names.ts';

/** Where certificate and key stand inside the container. */
export const TLS_FILES = {
  certificate: '/etc/nginx/certificates/tls.crt',
  key: '/etc/nginx/certificates/tls.key',
} as const;

/** Dify's routing table (upstream's nginx template of 1.14 and later): path prefix → component. `/` is the rest. */
const ROUTES: readonly (readonly [string, ComponentName])[] = [
  ['/console/api', 'api'],
  ['/api', 'api'],
  ['/v1', 'api'],
  ['/openapi', 'api'],
  ['/files', 'api'],
  ['/mcp', 'api'],
  ['/triggers', 'api'],
  ['/socket.io/', 'apiWebsocket'],
  ['/e/', 'pluginDaemon'],
  ['/explore', 'web'],
  ['/', 'web'],
];

const UPSTREAMS: Readonly<Partial<Record<ComponentName, string>>> = {
  api: COMPOSE_ADDRESSES.api,
  apiWebsocket: `http://${SERVICE_OF.apiWebsocket}:${PORTS.api}`,
  pluginDaemon: COMPOSE_ADDRESSES.pluginDaemon,
  web: `http://${SERVICE_OF.web}:${PORTS.web}`,
};

/** Headers that one route adds to the common ones. */
const EXTRA_HEADERS: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  apiWebsocket: ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection $connection_upgrade;'],
  pluginDaemon: ['proxy_set_header Dify-Hook-Url $public_scheme://$http_host$request_uri;'],
};

/**
 * nginx.conf. Upstream servers are variables, so that nginx asks Docker's DNS again (every 10 s) and finds containers that
 * were recreated or added; written as names they would be resolved once, at start. Answers are not buffered, for event
 * streams; a request may take an hour, as upstream allows. For a container that is gone Docker asks the host's own name servers:
 * what they do not answer within 5 s is an error at once, not after nginx's 30 s.
 */
export function nginxConfig(context: ComposeContext): string {
  const secure = context.target.tls !== undefined;
  return [
    '# Written by difyctl; the next render overwrites it.',
    'user nginx;',
    'worker_processes auto;',
    'error_log /dev/stderr warn;',
    'pid /run/nginx.pid;',
    'events {',
    '  worker_connections 4096;',
    '}',
    'http {',
    ...indent(httpSettings(context)),
    ...indent(healthServer()),
    ...indent(secure ? redirectServer(context) : []),
    ...indent(mainServer(context)),
    '}',
    '',
  ].join('\n');
}

function httpSettings(context: ComposeContext): readonly string[] {
  return [
    'server_tokens off;',
    `log_format access '$remote_addr "$request" $status $body_bytes_sent $request_time $upstream_addr';`,
    'access_log /dev/stdout access;',
    'resolver 127.0.0.11 valid=10s ipv6=off;',
    'resolver_timeout 5s;',
    'map $http_upgrade $connection_upgrade { default upgrade; "" close; }',
    ...publicScheme(context),
    'gzip on;',
    'gzip_proxied any;',
    'gzip_types text/css application/javascript application/json image/svg+xml;',
    'client_max_body_size 100m;',
    'keepalive_timeout 65s;',
    'proxy_http_version 1.1;',
    'proxy_buffering off;',
    'proxy_connect_timeout 5s;',
    'proxy_read_timeout 3600s;',
    'proxy_send_timeout 3600s;',
  ];
}

/** Behind a load balancer that ends TLS, what the browser spoke is what the balancer says it was. */
function publicScheme({ target, deployment }: ComposeContext): readonly string[] {
  const balancer = target.tls === undefined && deployment.urls.console.startsWith('https://');
  return balancer
    ? ['map $http_x_forwarded_proto $public_scheme { default https; http http; }']
    : ['map $scheme $public_scheme { default $scheme; }'];
}

/** Answers the container's own health check, and nobody else. */
function healthServer(): readonly string[] {
  return [
    'server {',
    '  listen 127.0.0.1:8081;',
    '  access_log off;',
    '  location = /nginx-health { return 200; }',
    '}',
  ];
}

function redirectServer({ target }: ComposeContext): readonly string[] {
  const port = target.httpsPort === 443 ? '' : `:${target.httpsPort}`;
  return ['server {', '  listen 80 default_server;', `  return 301 https://$host${port}$request_uri;`, '}'];
}

function mainServer(context: ComposeContext): readonly string[] {
  const routes = ROUTES.filter(([, component]) => context.planned[component].enabled);
  const components = [...new Set(routes.map(([, component]) => component))];
  return [
    'server {',
    ...indent(context.target.tls === undefined ? ['listen 80 default_server;'] : tlsSettings()),
    ...components.map((component) => `  set $${component}_server ${UPSTREAMS[component]};`),
    ...routes.flatMap(([path, component]) => [
      `  location ${path} {`,
      `    proxy_pass $${component}_server;`,
      ...indent(indent([...COMMON_HEADERS, ...(EXTRA_HEADERS[component] ?? [])])),
      '  }',
    ]),
    '}',
  ];
}

/** Repeated in every location: nginx inherits headers only where a location sets none. */
const COMMON_HEADERS = [
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Real-IP $remote_addr;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Proto $public_scheme;',
  'proxy_set_header X-Forwarded-Port $server_port;',
];

/** `http2` stands behind `listen` for nginx before 1.25.1; later ones still take it. */
function tlsSettings(): readonly string[] {
  return [
    'listen 443 ssl http2 default_server;',
    `ssl_certificate ${TLS_FILES.certificate};`,
    `ssl_certificate_key ${TLS_FILES.key};`,
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_session_cache shared:tls:10m;',
    'ssl_session_timeout 1d;',
    'ssl_session_tickets off;',
  ];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
