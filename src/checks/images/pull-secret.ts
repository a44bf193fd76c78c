import { shellWord } from '../../base/shell-word.ts';
import { CLUSTER_NAMESPACE } from '../../evidence/cluster/release.ts';
import { IMAGES_LIST } from '../../evidence/images/list.ts';
import { IMAGES_PULL_SECRET } from '../../evidence/images/pull-secret.ts';
import { parseImage } from '../../evidence/images/reference.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error, whereFile } from '../when.ts';

const TYPES = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'];

export const imagesPullSecret: Check = {
  id: 'images.pull-secret',
  title: 'the pull secret exists and contains a login for the registry',
  phases: ['preflight'],
  severity: error,
  when: whereFile(({ target, images }) => target.type === 'kubernetes' && images?.pullSecret !== undefined),
  requires: [IMAGES_PULL_SECRET],
  optional: [IMAGES_LIST, CLUSTER_NAMESPACE],
  remedy:
    'kubectl create secret docker-registry NAME --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD',
  judge: (context) => {
    const { target, images } = deploymentOf(context);
    const namespace = target.type === 'kubernetes' ? target.namespace : '';
    const { name, exists, type, registries } = context.evidence(IMAGES_PULL_SECRET);
    const registry = images?.registry === undefined ? undefined : parseImage(`${images.registry}/image`).registry;
    const expected = `Secret ${name} in namespace ${namespace}, with a login for ${registry ?? 'a registry'}`;
    const remedy = `kubectl -n ${namespace} create secret docker-registry ${name} --docker-server=${shellWord(registry ?? 'REGISTRY')} --docker-username=USER --docker-password=PASSWORD`;
    if (!exists) {
      const isMade = context.optionalEvidence(CLUSTER_NAMESPACE)?.data?.exists === true;
      // If the namespace does not exist yet, the Secret may be created together with it.
      return finding(isMade ? 'fail' : 'warn', {
        observed: `Secret ${namespace}/${name} does not exist`,
        expected,
        remedy: isMade ? remedy : `kubectl create namespace ${namespace} && ${remedy}`,
      });
    }
    if (!TYPES.includes(type)) {
      return finding('fail', { observed: `Secret ${name} is of type ${type}`, expected: `type ${TYPES[0]}`, remedy });
    }
    const unnamed = (context.optionalEvidence(IMAGES_LIST)?.data ?? []).map((image) => parseImage(image.name).registry);
    const wanted = registry === undefined ? unnamed : [registry];
    if (wanted.length > 0 && !wanted.some((one) => registries.includes(one))) {
      return finding('fail', {
        observed: `Secret ${name} contains a login for ${listed(registries) || 'nothing'}`,
        expected,
        remedy,
      });
    }
    return pass(`Secret ${name} contains a login for ${listed(registries)}`, expected);
  },
};
