import type { Deployment } from '../../deployment/schema/deployment.ts';
import { NAMES_TLS_SECRET } from '../../evidence/names/tls-secret.ts';
import type { Check } from '../check.ts';
import { deploymentOf, fault, pass } from '../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';
import { judgePair } from './pair.ts';

/** Annotations by which somebody makes the Secret once the Ingress is there: cert-manager, its older form, and Gardener's. */
const ISSUERS = /^(cert-manager\.io\/(cluster-)?issuer|kubernetes\.io\/tls-acme|cert\.gardener\.cloud\/)/;

export const namesTlsSecret: Check = {
  id: 'names.tls-secret',
  title: 'the ingress has a certificate for every public host',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ target }) => target.type === 'kubernetes' && target.ingress?.tls !== undefined),
  needs: [NAMES_TLS_SECRET],
  remedy: 'kubectl create secret tls NAME --cert fullchain.pem --key key.pem',
  judge: (context) => {
    const { name, exists, type, fault: unread, pair } = context.evidence(NAMES_TLS_SECRET);
    const { namespace, issuer } = placeOf(deploymentOf(context));
    const expected = `Secret ${name} with a certificate for every public host`;
    const remedy = `kubectl -n ${namespace} create secret tls ${name} --cert fullchain.pem --key key.pem`;
    if (!exists) {
      if (issuer !== undefined)
        return { ...pass(`${issuer} has Secret ${name} made once the ingress is there`, expected) };
      // Others make such a Secret too (a Certificate in the same repository, a reflector): it may come.
      return fault('warn', {
        observed: `there is no Secret ${name} in namespace ${namespace}, and no annotation of the ingress that has it made`,
        expected,
        remedy,
      });
    }
    if (type !== 'kubernetes.io/tls') {
      return fault('fail', {
        observed: `Secret ${name} is of type ${type}`,
        expected: 'type kubernetes.io/tls',
        remedy,
      });
    }
    if (pair === undefined) return fault('fail', { observed: `Secret ${name}: ${unread ?? ''}`, expected, remedy });
    return judgePair(pair, context.now, { certificate: `Secret ${name}`, key: `Secret ${name}` });
  },
};

function placeOf({ target }: Deployment): { readonly namespace: string; readonly issuer: string | undefined } {
  if (target.type !== 'kubernetes') return { namespace: '', issuer: undefined };
  return {
    namespace: target.namespace,
    issuer: Object.keys(target.ingress?.annotations ?? {}).find((annotation) => ISSUERS.test(annotation)),
  };
}
