import { stringify } from 'yaml';
import { at } from '../base/json-path.ts';
import { OWN_KINDS, type OwnKindName } from '../checklist/own-kinds.ts';
import {
  APPLY_VERBS,
  DRY_RUN_RIGHTS,
  LOOK_RIGHTS,
  MADE_KINDS,
  type MadeKind,
  OWN_RIGHTS,
  PROBE_RIGHTS,
  type Right,
} from '../checklist/rights.ts';
import { mostReplicas, plannedComponents } from '../deployment/components.ts';
import { externalStore } from '../deployment/external-secrets.ts';
import { scheduledWork } from '../deployment/scheduled-work.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { migratesInJob } from '../render/kubernetes/migration.ts';

/** The installing user, as a subject of RBAC. */
export interface Installer {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Objects for `kubectl apply` by an administrator: the namespace, what the installer may do in it, what it may read in
 * the cluster, and what its probes may create in the namespace.
 */
export function rbacObjects(deployment: Deployment, namespace: string, installer: Installer): readonly object[] {
  return [...neededObjects(deployment, namespace, installer), ...probeObjects(deployment, namespace, installer)];
}

/** A separate Role for probes, which may be left out. */
function probeObjects(deployment: Deployment, namespace: string, installer: Installer): readonly object[] {
  const metadata = { name: `difyctl-${deployment.name}-probes`, namespace };
  const rights = [...DRY_RUN_RIGHTS, ...PROBE_RIGHTS.relayed, ...PROBE_RIGHTS.deep];
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules: rulesOf(rights) },
    binding('RoleBinding', metadata, 'Role', installer),
  ];
}

function neededObjects(deployment: Deployment, namespace: string, installer: Installer): readonly object[] {
  const name = `difyctl-${deployment.name}`;
  const looking = `${name}-looks`;
  const rights = [...madeKinds(deployment).map(madeRight), ...OWN_RIGHTS, ...LOOK_RIGHTS, ...storeRights(deployment)];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: { name, namespace },
      rules: rulesOf(rights.filter(({ namespaced }) => namespaced)),
    },
    binding('RoleBinding', { name, namespace }, 'Role', installer),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: looking },
      rules: rulesOf(rights.filter(({ namespaced }) => !namespaced)),
    },
    binding('ClusterRoleBinding', { name: looking }, 'ClusterRole', installer),
  ];
}

const PROBES = [
  '# Optional, only for preflight: pods in the dry run (cluster.admission; none is created), and the objects that --from cluster (a Job, a port-forward)',
  '# and --deep (claims and a Job) create and delete.',
].join('\n');

/** The same objects as YAML, with comments. */
export function rbacText(deployment: Deployment, namespace: string, installer: Installer): string {
  const head = [
    `# ${deployment.name}: rights of the installing user in namespace ${namespace} and in the cluster.`,
    '# An administrator applies it: kubectl apply -f THIS-FILE',
  ];
  const written = (objects: readonly object[]) => objects.map((object) => stringify(object)).join('---\n');
  const needed = written(neededObjects(deployment, namespace, installer));
  return `${head.join('\n')}\n${needed}---\n${PROBES}\n${written(probeObjects(deployment, namespace, installer))}`;
}

function binding(kind: string, metadata: object, roleKind: string, { kind: who, name, namespace }: Installer): object {
  const roleName = 'name' in metadata ? metadata.name : '';
  const subject = who === 'ServiceAccount' ? { kind: who, name, namespace } : { kind: who, apiGroup: RBAC, name };
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata,
    roleRef: { apiGroup: RBAC, kind: roleKind, name: roleName },
    subjects: [subject],
  };
}

/** The objects of scheduled backups. The API server lets a user create only a Role whose rights the user has. */
const BACKUP_KINDS = ['cronJob', 'configMap', 'serviceAccount', 'role', 'roleBinding'] as const;

/** The kinds of objects that this deployment creates. */
function madeKinds(deployment: Deployment): readonly MadeKind[] {
  const { tier, target, postgres, redis, vectorStore, objectStorage, extraValues } = deployment;
  const isBundled = [postgres, redis, vectorStore].some(({ mode }) => mode === 'bundled');
  const isDoubled = Object.values(plannedComponents(deployment)).some(
    (planned) => planned.enabled && mostReplicas(planned) > 1,
  );
  return [
    ...MADE_KINDS.always,
    ...(target.type === 'kubernetes' && target.ingress !== undefined ? MADE_KINDS.ingress : []),
    ...(at(extraValues, 'httproute', 'enabled') === true ? MADE_KINDS.routes : []),
    ...(isScaled(deployment) ? MADE_KINDS.autoscalers : []),
    ...(isScaledByQueue(deployment) ? [ownKind('scaledObject'), ownKind('triggerAuthentication')] : []),
    ...(objectStorage.provider === 'local' ? MADE_KINDS.localStorage : []),
    ...(isBundled ? MADE_KINDS.bundled : []),
    ...(migratesInJob(deployment) ? [ownKind('job')] : []),
    ...(scheduledWork(deployment).length > 0 ? BACKUP_KINDS.map(ownKind) : []),
    ...(externalStore(deployment) === undefined ? [] : [ownKind('externalSecret')]),
    ...(tier === 'prod' && isDoubled ? [ownKind('budget')] : []),
    ...(target.type === 'kubernetes' && target.httpRoute !== undefined ? [ownKind('httpRoute')] : []),
    ...(target.type === 'kubernetes' && target.monitoring.rules ? [ownKind('prometheusRule')] : []),
    ...(target.type === 'kubernetes' && target.networkPolicy.enabled ? [ownKind('networkPolicy')] : []),
  ];
}

function workersOf({ worker }: Deployment['components']) {
  return [worker, ...Object.values(worker?.pools ?? {})];
}

function isScaledByQueue({ components }: Deployment): boolean {
  return workersOf(components).some((one) => one?.autoscaling?.queueLength !== undefined);
}

function isScaled({ components, extraValues }: Deployment): boolean {
  return (
    [...Object.values(components), ...workersOf(components)].some((over) => over?.autoscaling !== undefined) ||
    Object.values(extraValues).some((block) => at(block, 'autoscaling', 'enabled') === true)
  );
}

/** Whether the store of `secrets.store` is ready. */
function storeRights(deployment: Deployment): readonly Right[] {
  const store = externalStore(deployment);
  if (store === undefined) return [];
  const resource = `${store.kind.toLowerCase()}s`;
  const namespaced = store.kind === 'SecretStore';
  const purpose = 'whether the store of External Secrets is ready';
  return [{ group: 'external-secrets.io', resource, verbs: ['get'], namespaced, purpose }];
}

function ownKind(name: OwnKindName): MadeKind {
  const { apiVersion, resource } = OWN_KINDS[name];
  return { group: apiVersion.split('/').at(-2) ?? '', resource };
}

function madeRight(kind: MadeKind): Right {
  return { ...kind, verbs: APPLY_VERBS, namespaced: true, purpose: 'the objects that the chart creates' };
}

/** Merges rights: those with the same verbs in the same group become one rule. */
function rulesOf(rights: readonly Right[]): readonly Rule[] {
  const verbs = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { group, resource, subresource, verbs: wanted } of rights) {
    const full = subresource === undefined ? resource : `${resource}/${subresource}`;
    const one = verbs.get(`${group}|${full}`) ?? { group, resource: full, verbs: new Set() };
    for (const verb of wanted) one.verbs.add(verb);
    verbs.set(`${group}|${full}`, one);
  }
  const rules = new Map<string, Rule>();
  for (const { group, resource, verbs: wanted } of verbs.values()) {
    const sorted = [...wanted].sort();
    const key = `${group}|${sorted.join(',')}`;
    const before = rules.get(key)?.resources ?? [];
    rules.set(key, { apiGroups: [group], resources: [...before, resource], verbs: sorted });
  }
  return [...rules.values()];
}
