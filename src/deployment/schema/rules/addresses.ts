import { isIP } from 'node:net';
import { type Finding, problem, type Rule, rule, warning } from './rule.ts';

/** Rules for public URLs and for the addresses that answer them. */
export const ADDRESS_RULES: readonly Rule[] = [
  rule(['urls'], ({ urls }) => {
    const fault = siteFault(new URL(urls.console), new URL(urls.api));
    return [fault !== undefined && problem('urls.api', fault)];
  }),
  rule(['urls', 'target'], ({ urls, target }) => {
    if (target.type !== 'compose') return [];
    const schemes = new Set(Object.values(urls).flatMap((url) => (url === undefined ? [] : [new URL(url).protocol])));
    const findings: Finding[] = [];
    if (schemes.has('https:') && target.tls === undefined) {
      findings.push(
        warning(
          'target.tls',
          'the URLs are https, but there is no certificate: a load balancer in front must terminate TLS',
        ),
      );
    }
    if (schemes.has('http:') && target.tls !== undefined) {
      findings.push(warning('urls', 'a certificate is set, but a URL is http'));
    }
    return findings;
  }),
  rule(['target'], ({ target }) => [
    target.type === 'compose' &&
      isIP(target.bindAddress) === 0 &&
      problem('target.bindAddress', 'an IP address of this machine, such as 0.0.0.0 or 127.0.0.1'),
  ]),
];

/**
 * The console logs in at the api with SameSite cookies, so both must have the same site: scheme and registrable domain.
 * The last two labels are used as the registrable domain. This accepts some URLs that fail, but refuses none that
 * works. Undefined if the site is the same.
 */
function siteFault(console: URL, api: URL): string | undefined {
  if (console.protocol !== api.protocol) {
    return `${scheme(api)}, but urls.console is ${scheme(console)}: browsers would not send the login cookie`;
  }
  if (console.hostname === api.hostname) return undefined;
  if (siteOf(console.hostname) === siteOf(api.hostname)) return undefined;
  return 'not the same site as urls.console: browsers would not send the login cookie; use one domain for both';
}

function siteOf(hostname: string): string {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname.split('.').slice(-2).join('.') : hostname;
}

function scheme(url: URL): string {
  return url.protocol.replace(':', '');
}
