import { APP_OUTSIDE, type PublicAnswers } from '../../../evidence/app/outside/origins.ts';
import type { Walk } from '../../../evidence/app/outside/redirects.ts';
import type { Check } from '../../check.ts';
import { listed } from '../../judgement.ts';
import { errorInProdElseWarning, withFile } from '../../when.ts';
import { judgeOrigins, type Seen, summed } from './summary.ts';

const EXPECTED = 'https for every public address, plain HTTP redirected to it, no redirect in a loop';

/** Checks the scheme of every public address and where its redirects lead. */
export const appHttps: Check = {
  id: 'app.https',
  title: 'every public address is https, and redirects lead to it',
  phases: ['postflight'],
  severity: errorInProdElseWarning,
  when: withFile,
  requires: [APP_OUTSIDE],
  remedy: 'use https:// in urls, and redirect plain HTTP in the ingress, load balancer or nginx',
  judge: (context) => {
    const judgement = judgeOrigins(EXPECTED, (origin) => [
      schemeOf(origin, context.tier === 'prod'),
      ...walksOf(origin),
    ])(context);
    // The scheme is a fact of the file, also if nothing could be requested.
    const plain = Object.entries(context.deployment?.urls ?? {}).filter(([, url]) => url?.startsWith('http://'));
    if (judgement.status !== 'skip' || plain.length === 0 || context.tier !== 'prod') return judgement;
    return summed(
      [{ subject: listed(plain.map(([name]) => `urls.${name}`)), status: 'fail', observed: PLAIN }],
      EXPECTED,
    );
  },
};

const PLAIN = 'http: sessions and keys are sent unencrypted';

function schemeOf({ url, fields }: PublicAnswers, isProd: boolean): Seen {
  const subject = `${listed(fields)} ${url}`;
  if (url.startsWith('https://')) return { subject, status: 'pass', observed: 'https' };
  return { subject, status: isProd ? 'fail' : 'pass', observed: PLAIN };
}

function walksOf({ url, root, plain }: PublicAnswers): readonly Seen[] {
  return [...(root?.end === 'loop' ? [loop(root)] : []), ...(plain === undefined ? [] : [judgePlain(url, plain)])];
}

function loop({ steps }: Walk): Seen {
  const [first, second] = steps;
  return {
    subject: first?.url ?? '',
    status: 'fail',
    observed: `redirects in a loop (${first?.status} to ${second?.url ?? first?.location})`,
    remedy: 'let one server alone redirect, and let the server that terminates TLS send X-Forwarded-Proto: https',
  };
}

/** Judges where the plain HTTP port of an https address leads. A closed port is as good as a redirect. */
function judgePlain(url: string, plain: Walk): Seen {
  const first = plain.steps[0];
  const subject = first?.url ?? '';
  if (first?.status === undefined) return { subject, status: 'pass', observed: 'plain HTTP is closed' };
  if (plain.end === 'loop') return loop(plain);
  if (plain.steps.some((step) => step.url.startsWith('https://')) || first.location.startsWith('https://'))
    return { subject, status: 'pass', observed: 'redirected to https' };
  return {
    subject,
    status: 'warn',
    observed: `answers ${first.status} without TLS and does not redirect`,
    remedy: `redirect it in the ingress or load balancer, with 301 to ${url}`,
  };
}
