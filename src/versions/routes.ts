import { isOlder } from '../base/version-order.ts';

/**
 * Path prefixes that nginx routes. `since` is the release that added a prefix, if not every rendered release has it.
 * Source: the nginx configuration of the chart's tags.
 */
const ROUTES: readonly { readonly prefix: string; readonly since?: string }[] = [
  { prefix: '/console/api' },
  { prefix: '/api' },
  { prefix: '/v1' },
  { prefix: '/openapi', since: '1.15.0' },
  { prefix: '/files' },
  { prefix: '/mcp' },
  { prefix: '/triggers', since: '1.10.0' },
  { prefix: '/socket.io/', since: '1.14.0' },
  { prefix: '/e/' },
  { prefix: '/explore' },
  { prefix: '/' },
];

/** The prefixes that a release of Dify serves. */
export function routesOf(version: string): readonly string[] {
  return ROUTES.filter(({ since }) => since === undefined || !isOlder(version, since)).map(({ prefix }) => prefix);
}

/** True if the release serves the path. False if a newer release added its prefix. */
export function isServed(path: string, version: string): boolean {
  const later = ROUTES.filter(({ prefix }) => !routesOf(version).includes(prefix));
  return !later.some(({ prefix }) => path.startsWith(prefix));
}
