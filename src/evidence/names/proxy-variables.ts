import type { Variables } from './settings.ts';

/** A proxy variable; the upper-case name takes precedence over the lower-case one. Clients accept both. */
export function proxyVariable(variables: Variables, name: 'HTTP_PROXY' | 'HTTPS_PROXY' | 'ALL_PROXY' | 'NO_PROXY') {
  return variables[name] ?? variables[name.toLowerCase()];
}

/** True if NO_PROXY exempts a host from the proxy. */
export function isExempt(host: string, noProxy: string): boolean {
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => entry === '*' || host === entry || host.endsWith(`.${entry.replace(/^\*?\./, '')}`));
}

/** The proxy that a process with these variables uses for a URL; undefined if it connects directly. */
export function proxyFor(variables: Variables, { protocol, hostname }: URL): string | undefined {
  const own = proxyVariable(variables, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const proxy = own ?? proxyVariable(variables, 'ALL_PROXY') ?? '';
  return proxy === '' || isExempt(hostname, proxyVariable(variables, 'NO_PROXY') ?? '') ? undefined : proxy;
}
