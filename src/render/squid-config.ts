import { PORTS, SERVICE_OF } from './compose/names.ts';

/** `proxy` of Debian and Ubuntu, which squid's packages run as. */
export const SQUID_USER = '13:13';

/**
 * Where no request may go: special-purpose addresses of IANA's registries (IPv4, IPv6), cloud metadata among them. Squid
 * resolves names before it judges, so a public name that points inside is refused, too.
 */
const PRIVATE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/** The line that refuses them; `isGuarded` looks for it. */
const DENY_PRIVATE = 'http_access deny private';

/** Clients are the containers of the project: Docker gives its networks addresses of these ranges. */
const CLIENTS = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'];

/** What the agent's shell may reach inside all the same: signed files, and the stub through which it calls Dify. */
const AGENT_EXCEPTIONS = [
  `acl api dstdomain -n ${SERVICE_OF.api}`,
  `acl api_port port ${PORTS.api}`,
  'acl signed_files urlpath_regex ^/files/',
  `acl agent_backend dstdomain -n ${SERVICE_OF.agentBackend}`,
  `acl agent_port port ${PORTS.agentBackend}`,
  'acl agent_stub urlpath_regex ^/agent-stub/',
  'http_access allow clients !CONNECT api api_port signed_files',
  'http_access allow clients !CONNECT agent_backend agent_port agent_stub',
];

/**
 * A squid.conf that lets containers out to the public internet and nowhere else. CONNECT goes to port 443 only. Bodies up to
 * 100 MB are buffered, as upstream's are. Nothing is cached; the log goes to the container's output, without
 * the health check's own connections.
 */
export function squidConfig(role: 'ssrf' | 'agent'): string {
  const lines = [
    '# Written by difyctl; the next render overwrites it.',
    `http_port ${PORTS.squid}`,
    ...CLIENTS.map((range) => `acl clients src ${range}`),
    ...PRIVATE.map((range) => `acl private dst ${range}`),
    'acl tls_port port 443',
    'acl CONNECT method CONNECT',
    '',
    'http_access deny manager',
    'http_access deny CONNECT !tls_port',
    ...(role === 'agent' ? AGENT_EXCEPTIONS : []),
    DENY_PRIVATE,
    'http_access allow clients',
    'http_access deny all',
    '',
    'client_request_buffer_max_size 100 MB',
    'cache deny all',
    'cache_mem 8 MB',
    'via off',
    'forwarded_for delete',
    'shutdown_lifetime 3 seconds',
    'visible_hostname ssrf-proxy',
    'pid_filename none',
    'pinger_enable off',
    'coredump_dir /tmp',
    'access_log stdio:/dev/stdout squid !localhost',
    'cache_log stdio:/dev/stderr',
    'cache_store_log none',
    'logfile_rotate 0',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The same rules for the chart's squid, which includes the files of /etc/squid/conf.d before its own `deny all` (chart 0.38, config.tpl; without them the image's own
 * file lets every client through to every address). Only the release's Service leads to it, so clients are not asked where they come from: pods may have public
 * addresses. The sandbox's reverse proxy on another port is refused with the rest.
 */
export function squidRules(): string {
  const lines = [
    '# Written by difyctl; the next render overwrites it.',
    ...PRIVATE.map((range) => `acl private dst ${range}`),
    DENY_PRIVATE,
    'http_access allow all',
    'client_request_buffer_max_size 100 MB',
    'cache deny all',
    'via off',
    'forwarded_for delete',
    'shutdown_lifetime 3 seconds',
  ];
  return `${lines.join('\n')}\n`;
}

/** True for a configuration or rules that refuse private addresses before they let anybody through. */
export function isGuarded(config: string): boolean {
  const access = config.split('\n').filter((line) => line.startsWith('http_access'));
  const refuses = access.indexOf(DENY_PRIVATE);
  const allows = access.findIndex((line) => /^http_access allow (clients|all)$/.test(line));
  return refuses !== -1 && (allows === -1 || refuses < allows);
}
