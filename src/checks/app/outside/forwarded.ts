import { isRedirect } from '../../../evidence/app/answers.ts';
import { APP_OUTSIDE, type PublicAnswers } from '../../../evidence/app/outside/origins.ts';
import { APP_PROXIES } from '../../../evidence/app/outside/proxies.ts';
import type { Check } from '../../check.ts';
import { listed } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { type Seen, summed } from './summary.ts';

const EXPECTED = 'links with the public scheme, and X-Forwarded-For and X-Forwarded-Proto for the API';
/** Dify reads the address of a client from the first; servers build absolute addresses with the second. */
const NEEDED = ['x-forwarded-for', 'x-forwarded-proto'];

/** Checks that Dify knows the scheme and the address of its clients behind the servers in front. */
export const appForwarded: Check = {
  id: 'app.forwarded',
  title: 'Dify knows the scheme and the address of its clients',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_OUTSIDE],
  optional: [APP_PROXIES],
  remedy: 'let the server that terminates TLS send X-Forwarded-Proto: https and X-Forwarded-For',
  judge: (context) => {
    const { unasked, origins } = context.evidence(APP_OUTSIDE);
    const rules = context.optionalEvidence(APP_PROXIES)?.data?.nginx?.rules ?? [];
    const deaf = rules.filter(
      ({ location, headers }) => location !== '' && NEEDED.some((name) => !headers.includes(name)),
    );
    const nginx: readonly Seen[] =
      rules.length === 0
        ? []
        : deaf.length === 0
          ? [{ subject: 'nginx', status: 'pass', observed: 'sends X-Forwarded-For and X-Forwarded-Proto' }]
          : [{ subject: 'nginx', status: 'warn', observed: `sends not both in location ${locations(deaf)}` }];
    const seen = [...nginx, ...origins.flatMap(linksSeen)];
    if (seen.length > 0) return summed(seen, EXPECTED);
    const reason = unasked ?? 'nothing could be requested from this machine';
    return { status: 'skip', observed: reason, expected: EXPECTED, message: reason };
  },
};

function locations(rules: readonly { readonly location: string }[]): string {
  return listed([...new Set(rules.map(({ location }) => location))]);
}

/** What an https address hands out with http: in redirects and in the sign-in page. */
function linksSeen({ url, fault, answers, root, links }: PublicAnswers): readonly Seen[] {
  if (fault !== undefined || !url.startsWith('https://')) return [];
  const { hostname } = new URL(url);
  const isOpen = (link: string): boolean =>
    URL.canParse(link) && new URL(link).protocol === 'http:' && new URL(link).hostname === hostname;
  const redirects = [...answers.filter(isRedirect), ...(root?.steps ?? [])].map(({ location }) => location);
  const bad = [
    ...redirects.filter(isOpen).map((link) => `redirects to ${link}`),
    ...links.filter((link) => isOpen(link.url)).map((link) => `${link.attribute} is ${link.url}`),
  ];
  if (bad.length === 0) return [{ subject: url, status: 'pass', observed: 'no link without TLS' }];
  return [{ subject: url, status: 'fail', observed: listed([...new Set(bad)].slice(0, 3)) }];
}
