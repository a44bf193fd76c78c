import { APPLY_VERBS, OWN_RIGHTS, PROBE_RIGHTS, type Right } from '../../checklist/rights.ts';
import type { AccessQuestion } from '../../exec/kubectl.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { shared } from '../read-once.ts';
import { fromCluster } from './connect.ts';
import { plannedKinds } from './planned-kinds.ts';
import { CLUSTER_NAMESPACE } from './release.ts';

/** One right with the authorizer's answer. */
export interface RightFact {
  readonly group: string;
  /** `pods`, `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  readonly namespaced: boolean;
  readonly allowed: boolean;
  readonly purpose: string;
}

export interface RightsFact {
  readonly namespace: string;
  readonly rights: readonly RightFact[];
  /** Kinds that would be created but that this cluster does not know. */
  readonly unknownKinds: readonly string[];
}
export const CLUSTER_RIGHTS = evidenceKey<RightsFact>('cluster.rights', 1);

export const clusterRightsCollector: Collector<RightsFact> = {
  key: CLUSTER_RIGHTS,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const namespace = namespaceOf(context);
    const probes = [
      ...(context.relayed === true ? PROBE_RIGHTS.relayed : []),
      ...(context.deep === true ? PROBE_RIGHTS.deep : []),
    ];
    const ask = (rights: readonly WantedRight[]): Promise<readonly boolean[]> =>
      fromCluster(context, 'create selfsubjectaccessreviews.authorization.k8s.io', (cluster) =>
        cluster.mayI(
          rights.map(({ right, verb }) => question(right, verb, namespace)),
          context.signal,
        ),
      );
    // The reviews of difyctl's own rights run while helm renders; the chart's kinds are known only after it.
    const known = merged([...OWN_RIGHTS, ...probes]);
    const [knownAnswers, kinds] = await Promise.all([ask(known), shared(plannedKinds, context, need)]);
    const made = kinds.found.map(({ group, resource, namespaced }) => ({
      ...{ group, resource, namespaced },
      verbs: APPLY_VERBS,
      purpose: 'the objects that the chart creates',
    }));
    const wanted = merged([...OWN_RIGHTS, ...made, ...probes, ...(await namespaceRight(need))]);
    const answers = new Map(known.map(({ key }, index) => [key, knownAnswers[index] === true]));
    const rest = wanted.filter(({ key }) => !answers.has(key));
    const restAnswers = await ask(rest);
    rest.forEach(({ key }, index) => {
      answers.set(key, restAnswers[index] === true);
    });
    const rights = wanted.map(({ key, right, verb }) => ({
      group: right.group,
      resource: right.subresource === undefined ? right.resource : `${right.resource}/${right.subresource}`,
      verb,
      namespaced: right.namespaced,
      allowed: answers.get(key) === true,
      purpose: right.purpose,
    }));
    return { namespace, rights, unknownKinds: kinds.unknown };
  },
};

/** The right to create the namespace, if it does not exist. A namespace that may not be read is assumed to exist. */
async function namespaceRight(need: Need): Promise<readonly Right[]> {
  const exists = await need(CLUSTER_NAMESPACE).then(
    (fact) => fact.exists,
    () => true,
  );
  if (exists) return [];
  return [
    {
      group: '',
      resource: 'namespaces',
      verbs: ['create'],
      namespaced: false,
      purpose: 'the namespace does not exist yet',
    },
  ];
}

interface WantedRight {
  /** Group, resource and verb. */
  readonly key: string;
  readonly right: Right;
  readonly verb: string;
}

/** Each right once, even if several kinds or purposes need it. */
function merged(rights: readonly Right[]): readonly WantedRight[] {
  const unique = new Map<string, WantedRight>();
  for (const right of rights) {
    for (const verb of right.verbs) {
      const key = [right.group, right.resource, right.subresource ?? '', verb].join('|');
      if (!unique.has(key)) unique.set(key, { key, right, verb });
    }
  }
  return [...unique.values()];
}

function question(
  { group, resource, subresource, namespaced }: Right,
  verb: string,
  namespace: string,
): AccessQuestion {
  const where = { verb, group, resource, namespace: namespaced ? namespace : '' };
  return subresource === undefined ? where : { ...where, subresource };
}

function namespaceOf({ deployment }: CollectContext): string {
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  return deployment.target.namespace;
}
