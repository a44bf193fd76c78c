import type { Deployment } from '../../deployment/schema/deployment.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

export const configTls: Check = {
  id: 'config.tls',
  title: 'every public URL is https, and a rendered component accepts outside traffic and terminates TLS',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'use https:// in urls and configure a certificate for the ingress or nginx',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const plain = Object.entries(deployment.urls).filter(([, url]) => url?.startsWith('http://'));
    const expected = 'https in every public URL';
    if (plain.length > 0) {
      return finding('fail', {
        observed: listed(plain.map(([name, url]) => `urls.${name} ${url}`)),
        expected,
        message: `${listed(plain.map(([name]) => `urls.${name}`))} without TLS: sessions and keys are sent unencrypted`,
      });
    }
    const gap = unended(deployment, context.optionalEvidence(RENDERED_OBJECTS)?.data);
    return gap === undefined ? pass('https in every public URL', expected) : finding('warn', { ...gap, expected });
  },
};

interface Gap {
  readonly observed: string;
  readonly remedy: string;
}

/** The gap if the public addresses are https and no rendered component terminates TLS; undefined if there is none. */
function unended({ target }: Deployment, set: RenderedSet | undefined): Gap | undefined {
  if (target.type === 'compose') {
    if (target.tls !== undefined) return undefined;
    return {
      observed: 'urls are https, but nginx has no certificate',
      remedy:
        'set target.tls, or make sure that a load balancer in front terminates TLS and sends X-Forwarded-Proto: https',
    };
  }
  const ingresses = set?.ingresses ?? (target.ingress === undefined ? [] : [{ tls: target.ingress.tls !== undefined }]);
  // The listeners of a Gateway terminate TLS; cluster.gateway checks them.
  if ((set?.routes ?? []).length > 0) return undefined;
  if (ingresses.length === 0) return withoutIngress(set?.openServices ?? []);
  if (ingresses.every(({ tls }) => tls)) return undefined;
  return {
    observed: 'urls are https, but the ingress names no certificate',
    remedy:
      'set target.ingress.tls.secretName (and issuer, if cert-manager creates it), or make sure that the controller or a load balancer terminates TLS',
  };
}

function withoutIngress(openServices: readonly string[]): Gap {
  const remedy =
    'set target.ingress with a className and tls.secretName, or target.httpRoute, or make sure that a Gateway or load balancer of your own routes to the Service and terminates TLS';
  if (openServices.length === 0)
    return { observed: 'urls are https, but no ingress accepts outside traffic or terminates TLS', remedy };
  return { observed: `urls are https, but nothing terminates TLS in front of Service ${listed(openServices)}`, remedy };
}
