import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, fault, listed, pass } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

export const configTls: Check = {
  id: 'config.tls',
  title: 'every public address is https, and something here ends TLS',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  needs: [],
  remedy: 'use https:// in urls and give the ingress or nginx a certificate',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const plain = Object.entries(deployment.urls).filter(([, url]) => url?.startsWith('http://'));
    const expected = 'https on every public address';
    if (plain.length > 0) {
      return fault('fail', {
        observed: listed(plain.map(([name, url]) => `urls.${name} ${url}`)),
        expected,
        message: `${listed(plain.map(([name]) => `urls.${name}`))} without TLS: sessions and keys pass in the clear`,
      });
    }
    const gap = unended(deployment);
    return gap === undefined ? pass('https on every public address', expected) : fault('warn', { ...gap, expected });
  },
};

/** Where https is promised and nothing that is rendered ends it, somebody else has to. */
function unended({ target }: Deployment): { readonly observed: string; readonly remedy: string } | undefined {
  if (target.type === 'compose') {
    if (target.tls !== undefined) return undefined;
    return {
      observed: 'https is promised, and nginx here has no certificate',
      remedy: 'set target.tls, or make sure that a load balancer in front ends TLS and says X-Forwarded-Proto: https',
    };
  }
  const { ingress } = target;
  if (ingress === undefined || ingress.tls !== undefined) return undefined;
  return {
    observed: 'https is promised, and the ingress names no certificate',
    remedy: 'set target.ingress.tls.secretName, or make sure that the controller or a load balancer ends TLS',
  };
}
