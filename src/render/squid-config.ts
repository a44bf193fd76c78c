import { PRIVATE_ADDRESSES } from '../checklist/private-addresses.ts';
import { PORTS, SERVICE_OF } from './compose/names.ts';
import { fillTemplate } from './template.ts';

/** User and group `proxy` of Debian and Ubuntu, which squid's packages run as. */
export const SQUID_USER = '13:13';

/** The line of the templates that refuses private addresses. `isGuarded` searches for it. */
const DENY_PRIVATE = 'http_access deny private';

/** Clients are the containers of the project. Docker gives its networks addresses of these ranges. */
const CLIENTS = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'];

/**
 * Returns a squid.conf, from templates/squid/squid.conf, with which containers can reach the public internet only.
 * Squid resolves names first, so a public name that resolves to a private address is also refused.
 *
 * CONNECT is allowed to port 443 only. Bodies up to 100 MB are buffered, as in upstream. Nothing is cached. The log
 * goes to the container's output, without the connections of the health check.
 */
export function squidConfig(role: 'ssrf' | 'agent'): string {
  return fillTemplate('squid/squid.conf', {
    port: PORTS.squid,
    clients: ranges(CLIENTS),
    private: ranges(PRIVATE_ADDRESSES),
    // Internal addresses that the agent's shell may reach: signed files, and the stub through which it calls Dify.
    agent: role === 'agent',
    apiHost: SERVICE_OF.api,
    apiPort: PORTS.api,
    backendHost: SERVICE_OF.agentBackend,
    backendPort: PORTS.agentBackend,
  });
}

function ranges(list: readonly string[]): readonly { readonly range: string }[] {
  return list.map((range) => ({ range }));
}

/**
 * The same rules for the chart's squid, which includes the files of /etc/squid/conf.d before its own `deny all` (chart
 * 0.38, config.tpl; the image's own file there lets every client reach every address). Client addresses are not
 * checked: only the release's Service leads to this squid, and pods may have public addresses. The sandbox's reverse
 * proxy on another port is refused like everything else.
 */
export function squidRules(): string {
  return fillTemplate('squid/rules.conf', { private: ranges(PRIVATE_ADDRESSES) });
}

/** True if a configuration or rules refuse private addresses before they allow any client. */
export function isGuarded(config: string): boolean {
  const access = config.split('\n').filter((line) => line.startsWith('http_access'));
  const refuses = access.indexOf(DENY_PRIVATE);
  const allows = access.findIndex((line) => /^http_access allow (clients|all)$/.test(line));
  return refuses !== -1 && (allows === -1 || refuses < allows);
}
