import { at, listAt, textAt } from '../../base/json-path.ts';
import { APPLY_VERBS, OWN_RIGHTS, PROBE_RIGHTS, type Right } from '../../checklist/rights.ts';
import type { AccessQuestion } from '../../exec/kubectl.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { type PlannedObject, RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster, fromClusterIfThere } from './connect.ts';
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
    const { objects } = await need(RENDERED_OBJECTS);
    const kinds = await kindsOf(context, objects);
    const namespace = namespaceOf(context);
    const made = kinds.found.map((kind) => ({
      ...kind,
      verbs: APPLY_VERBS,
      purpose: 'the objects that the chart creates',
    }));
    const probes = [
      ...(context.relayed === true ? PROBE_RIGHTS.relayed : []),
      ...(context.deep === true ? PROBE_RIGHTS.deep : []),
    ];
    const wanted = merged([...OWN_RIGHTS, ...made, ...probes, ...(await namespaceRight(need))]);
    const questions = wanted.map(({ right, verb }) => question(right, verb, namespace));
    const answers = await fromCluster(context, 'create selfsubjectaccessreviews.authorization.k8s.io', (cluster) =>
      cluster.mayI(questions, context.signal),
    );
    const rights = wanted.map(({ right, verb }, index) => ({
      group: right.group,
      resource: right.subresource === undefined ? right.resource : `${right.resource}/${right.subresource}`,
      verb,
      namespaced: right.namespaced,
      allowed: answers[index] === true,
      purpose: right.purpose,
    }));
    return { namespace, rights, unknownKinds: kinds.unknown };
  },
};

interface ApiKind {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The cluster's resource for each kind, from its discovery documents; one read for each group and version. */
async function kindsOf(
  context: CollectContext,
  objects: readonly PlannedObject[],
): Promise<{ readonly found: readonly ApiKind[]; readonly unknown: readonly string[] }> {
  const versions = [...new Set(objects.map((object) => object.apiVersion))].sort();
  const documents = await Promise.all(
    versions.map((version) =>
      fromClusterIfThere(context, `get /apis/${version}`, (cluster) =>
        cluster.get(version.includes('/') ? `/apis/${version}` : `/api/${version}`, context.signal),
      ),
    ),
  );
  const found: ApiKind[] = [];
  const unknown: string[] = [];
  for (const [index, version] of versions.entries()) {
    const kinds = new Set(objects.filter((object) => object.apiVersion === version).map((object) => object.kind));
    for (const kind of [...kinds].sort()) {
      const resource = listAt(documents[index], 'resources').find(
        (candidate) => textAt(candidate, 'kind') === kind && !textAt(candidate, 'name').includes('/'),
      );
      if (resource === undefined) unknown.push(`${kind} (${version})`);
      else {
        const group = version.includes('/') ? (version.split('/')[0] ?? '') : '';
        found.push({ group, resource: textAt(resource, 'name'), namespaced: at(resource, 'namespaced') === true });
      }
    }
  }
  return { found, unknown };
}

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

/** Each right once, even if several kinds or purposes need it. */
function merged(rights: readonly Right[]): readonly { readonly right: Right; readonly verb: string }[] {
  const unique = new Map<string, { right: Right; verb: string }>();
  for (const right of rights) {
    for (const verb of right.verbs) {
      const key = [right.group, right.resource, right.subresource ?? '', verb].join('|');
      if (!unique.has(key)) unique.set(key, { right, verb });
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
