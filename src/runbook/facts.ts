import { resolve } from 'node:path';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { KubernetesTarget } from '../deployment/schema/target.ts';
import { storeBuckets } from '../providers/object-storage/registry.ts';
import type { RunbookInput } from './input.ts';
import { serverWords } from './postgres.ts';
import { redisPlace } from './redis.ts';
import { secretsPlace } from './secrets.ts';
import { composeDirectory, diskFolders } from './target.ts';
import { vectorPlace } from './vectors.ts';
import { enumerated } from './words.ts';

/** Values about what exists and where, and what is lost with the cluster or the host. */
export function factValues(input: RunbookInput) {
  const { deployment, baseDirectory } = input;
  const { configuration } = deployment.recovery ?? {};
  const bundled = bundledServices(deployment);
  const folders = diskFolders(deployment, baseDirectory);
  return {
    facts: facts(input).map(([what, where]) => ({ what, where })),
    hasBundled: bundled.length > 0,
    bundled: enumerated(bundled),
    onHost: enumerated([
      ...(bundled.length === 0 ? [] : [`the bundled ${enumerated(bundled)}`]),
      ...(folders === undefined ? [] : [`the folders ${folders.files} and ${folders.plugins}`]),
    ]),
    configuration:
      configuration?.repository ?? 'a copy, if one exists (recovery.configuration.repository names no repository)',
  };
}

function bundledServices({ postgres, redis, vectorStore }: Deployment): readonly string[] {
  return [
    ...(postgres.mode === 'bundled' ? ['PostgreSQL'] : []),
    ...(redis.mode === 'bundled' ? ['Redis'] : []),
    ...(vectorStore.mode === 'bundled' ? ['Weaviate'] : []),
  ];
}

function facts({ deployment, baseDirectory, file }: RunbookInput): readonly (readonly [string, string])[] {
  const { postgres, redis, recovery, urls } = deployment;
  const { rto, rpo, availability, backup, configuration } = recovery ?? {};
  const databases = (['main', 'plugin'] as const).map((which) => {
    const own = postgres.databases[which];
    return typeof own === 'string' ? own : own.name;
  });
  const promises = [
    ...(rto === undefined ? [] : [`RTO ${rto}`]),
    ...(rpo === undefined ? [] : [`RPO ${rpo}`]),
    ...(availability === undefined ? [] : [`availability ${availability}`]),
  ];
  return [
    ['installation', installation(deployment, baseDirectory)],
    ['configuration', `${resolve(baseDirectory, file)}; ${configuration?.repository ?? 'no repository'}`],
    ['public addresses', [...new Set(Object.values(urls).filter((url) => url !== undefined))].join(', ')],
    ['PostgreSQL', `${serverWords(deployment)}, databases ${enumerated(databases)}${managedBy(postgres)}`],
    ['Redis', `${redisPlace(redis) ?? 'bundled'}${managedBy(redis)}`],
    ['files and plugins', filesPlace(deployment, baseDirectory)],
    ['vectors', vectorPlace(deployment)],
    ['backup sets', backup?.repository ?? 'none (recovery.backup is not set)'],
    ['copies of secrets', secretsPlace(deployment)],
    ['promises', promises.length === 0 ? 'none (recovery is not set)' : promises.join(', ')],
  ];
}

function managedBy(service: object): string {
  const { managed } = service as { readonly managed?: { readonly by: string } };
  return managed === undefined ? '' : `, managed by ${managed.by}`;
}

function installation(deployment: Deployment, baseDirectory: string): string {
  const { target, name } = deployment;
  if (target.type === 'compose') return `project ${name} in ${composeDirectory(deployment, baseDirectory)}`;
  const { context, namespace, chart } = target;
  return `release ${name}, namespace ${namespace}, context ${context ?? 'the current one'}, chart ${chartWords(chart)}`;
}

function chartWords(chart: KubernetesTarget['chart']): string {
  if ('path' in chart) return chart.path;
  if ('oci' in chart) return `${chart.oci} ${chart.version ?? ''}`.trim();
  return `${chart.name} ${chart.version} of ${chart.repo}`;
}

function filesPlace(deployment: Deployment, baseDirectory: string): string {
  const { objectStorage } = deployment;
  if (objectStorage.provider === 'local') {
    const folders = diskFolders(deployment, baseDirectory);
    return folders === undefined ? 'claims of the release' : `${folders.files} and ${folders.plugins}`;
  }
  const { api, pluginDaemon } = storeBuckets(objectStorage);
  const buckets = enumerated([...new Set([api, pluginDaemon])]);
  return `buckets ${buckets} of ${objectStorage.provider}${managedBy(objectStorage)}`;
}
