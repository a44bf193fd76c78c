import { clusterNodesCollector } from '../cluster/nodes.ts';
import { type CollectContext, CollectionError, type Collector, type EvidenceKey } from '../evidence.ts';
import { engineBackups } from './compose/backups.ts';
import { internalNetworks, projectContainers } from './compose/containers.ts';
import { auditedServices, serviceVariables } from './compose/workloads.ts';
import {
  AUDIT_BACKUPS,
  AUDIT_BUDGETS,
  AUDIT_CHANGES,
  AUDIT_CLAIMS,
  AUDIT_ENTRIES,
  AUDIT_PODS,
  AUDIT_POLICIES,
  AUDIT_RELEASE,
  AUDIT_SCALERS,
  AUDIT_SECRETS,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
} from './facts.ts';
import { installationOf } from './installation.ts';
import {
  releaseBudgets,
  releaseClaims,
  releasePods,
  releasePolicies,
  releaseRecord,
  releaseScalers,
} from './kubernetes/around.ts';
import { releaseBackups } from './kubernetes/backups.ts';
import { releaseChanges } from './kubernetes/changes.ts';
import { releaseEntries } from './kubernetes/entries.ts';
import { workloadVariables } from './kubernetes/environment.ts';
import { liveWorkloads } from './kubernetes/objects.ts';
import { auditedWorkload } from './kubernetes/workloads.ts';
import { auditSecrets, auditSettings, type WorkloadVariables } from './variables.ts';

/** Milliseconds, for some tens of reads over a slow connection. */
const LIMIT_MS = 60_000;

type Read<T> = (context: CollectContext) => Promise<T>;

/** A collector with one reader for each target. */
function collector<T>(key: EvidenceKey<T>, kubernetes: Read<T>, compose: Read<T>): Collector<T> {
  return {
    key,
    timeoutMs: LIMIT_MS,
    collect: (context) => (installationOf(context).target === 'compose' ? compose(context) : kubernetes(context)),
  };
}

/** For what only Kubernetes has: there is none on Compose. */
const none = async (): Promise<readonly never[]> => [];

async function kubernetesSettings(context: CollectContext): Promise<readonly WorkloadVariables[]> {
  try {
    return await workloadVariables(context, true);
  } catch (error) {
    // Settings are in ConfigMaps. If a setting is in a Secret instead, it is not known.
    if (error instanceof CollectionError) return workloadVariables(context, false);
    throw error;
  }
}

/** Settings by workload, from variables. */
function settingsBy(all: readonly WorkloadVariables[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(all.map(({ workload, variables }) => [workload, auditSettings(variables)]));
}

/** The collectors of an audit. They only read: with `get` and `list` of kubectl, or `ps` and `inspect` of docker. */
export const AUDIT_COLLECTORS: readonly Collector<unknown>[] = [
  collector(
    AUDIT_WORKLOADS,
    async (context) => (await liveWorkloads(context)).map(auditedWorkload),
    async (context) => auditedServices(await projectContainers(context), await internalNetworks(context)),
  ),
  collector(
    AUDIT_SETTINGS,
    async (context) => settingsBy(await kubernetesSettings(context)),
    async (context) => settingsBy(serviceVariables(await projectContainers(context))),
  ),
  collector(
    AUDIT_SECRETS,
    async (context) => auditSecrets(await workloadVariables(context, true)),
    async (context) => auditSecrets(serviceVariables(await projectContainers(context))),
  ),
  collector(AUDIT_PODS, releasePods, none),
  collector(AUDIT_SCALERS, releaseScalers, none),
  collector(AUDIT_BUDGETS, releaseBudgets, none),
  collector(AUDIT_POLICIES, releasePolicies, none),
  collector(AUDIT_CLAIMS, releaseClaims, none),
  collector(AUDIT_ENTRIES, releaseEntries, none),
  collector(AUDIT_BACKUPS, releaseBackups, engineBackups),
  collector(AUDIT_RELEASE, releaseRecord, async () => ({ status: undefined, revision: undefined })),
  collector(AUDIT_CHANGES, releaseChanges, none),
  clusterNodesCollector,
];
