import type { Variables } from './settings.ts';

/** The lower-case name is the older one, and all clients heed both. */
export function proxyVariable(variables: Variables, name: 'HTTP_PROXY' | 'HTTPS_PROXY' | 'ALL_PROXY' | 'NO_PROXY') {
  return variables[name] ?? variables[name.toLowerCase()];
}

/** Whether NO_PROXY keeps a host from the proxy. */
export function isExempt(host: string, noProxy: string): boolean {
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => entry === '*' || host === entry || host.endsWith(`.${entry.replace(/^\*?\./, '')}`));
}

/** The proxy by which a process with these variables asks for a URL; undefined where it goes there itself. */
export function proxyFor(variables: Variables, { protocol, hostname }: URL): string | undefined {
  const own = proxyVariable(variables, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const proxy = own ?? proxyVariable(variables, 'ALL_PROXY') ?? '';
  return proxy === '' || isExempt(hostname, proxyVariable(variables, 'NO_PROXY') ?? '') ? undefined : proxy;
}
