import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { TlsIssuer } from '../../deployment/schema/target.ts';
import { NAMES_TLS_SECRET, type TlsSecret } from '../../evidence/names/tls-secret.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';
import { judgePair } from './pair.ts';

/**
 * Annotations that let a controller create the Secret after the Ingress: cert-manager, its older form, and Gardener's.
 */
const ISSUERS = /^(cert-manager\.io\/(cluster-)?issuer|kubernetes\.io\/tls-acme|cert\.gardener\.cloud\/)/;

export const namesTlsSecret: Check = {
  id: 'names.tls-secret',
  title: 'the ingress has a certificate for every public host',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ target }) => target.type === 'kubernetes' && target.ingress?.tls !== undefined),
  requires: [NAMES_TLS_SECRET],
  remedy: 'kubectl create secret tls NAME --cert fullchain.pem --key key.pem',
  judge: (context) => {
    const seen = context.evidence(NAMES_TLS_SECRET);
    const { name, exists, type, fault: unread, pair } = seen;
    const { namespace, annotation, issuer } = placeOf(deploymentOf(context));
    const expected = `Secret ${name} with a certificate for every public host`;
    const remedy = `kubectl -n ${namespace} create secret tls ${name} --cert fullchain.pem --key key.pem`;
    if (!exists && issuer !== undefined) return judgeIssuer(issuer, seen, namespace);
    if (!exists) {
      if (annotation !== undefined)
        return pass(`${annotation} creates Secret ${name} once the ingress exists`, expected);
      // Others may still create the Secret: a Certificate in the same repository, a reflector.
      return finding('warn', {
        observed: `Secret ${namespace}/${name} does not exist, and no ingress annotation (e.g. cert-manager) would create it`,
        expected,
        remedy,
      });
    }
    if (type !== 'kubernetes.io/tls') {
      return finding('fail', {
        observed: `Secret ${name} is of type ${type}`,
        expected: 'type kubernetes.io/tls',
        remedy,
      });
    }
    if (pair === undefined) return finding('fail', { observed: `Secret ${name}: ${unread ?? ''}`, expected, remedy });
    return judgePair(pair, context.now, { certificate: `Secret ${name}`, key: `Secret ${name}` });
  },
};

/** Judges the issuer that creates the Secret: it must exist and be ready. */
function judgeIssuer({ kind, name }: TlsIssuer, { name: secret, issuer }: TlsSecret, namespace: string): Judgement {
  const expected = `${kind} ${name} that is ready`;
  const place = kind === 'Issuer' ? `kubectl -n ${namespace} ` : 'kubectl ';
  const resource = `${kind.toLowerCase()}.cert-manager.io`;
  if (issuer === undefined)
    return pass(`${kind} ${name} creates Secret ${secret}; difyctl may not read the ${kind}`, expected);
  if (!issuer.exists) {
    const remedy = `${place}get ${resource}; name one that exists in target.ingress.tls.issuer, or install cert-manager`;
    return finding('fail', { observed: `${kind} ${name} does not exist`, expected, remedy });
  }
  if (issuer.notReady !== undefined) {
    const remedy = `${place}describe ${resource} ${name}`;
    return finding('fail', { observed: `${kind} ${name} is not ready: ${issuer.notReady}`, expected, remedy });
  }
  return pass(`${kind} ${name} creates Secret ${secret} once the ingress exists`, expected);
}

interface Place {
  readonly namespace: string;
  readonly annotation: string | undefined;
  readonly issuer: TlsIssuer | undefined;
}

function placeOf({ target }: Deployment): Place {
  if (target.type !== 'kubernetes') return { namespace: '', annotation: undefined, issuer: undefined };
  return {
    namespace: target.namespace,
    issuer: target.ingress?.tls?.issuer,
    annotation: Object.keys(target.ingress?.annotations ?? {}).find((annotation) => ISSUERS.test(annotation)),
  };
}
