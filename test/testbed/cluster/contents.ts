import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../../../src/rehearsal/plane/api.ts';

/** The digest of every object of a cluster, by the path under which the API serves it. */
export type Contents = ReadonlyMap<string, string>;

interface ApiResource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface ListedObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly [field: string]: unknown;
}

const SETTLED_MS = 1_000;

/** Resources that change by themselves, or that nobody creates. */
const IGNORED = new Set(['events', 'leases', 'endpoints', 'componentstatuses']);

/** Objects that controllers create when they need them: those of each namespace, and their own service accounts. */
const OF_CONTROLLERS =
  /\/(serviceaccounts\/default|configmaps\/kube-root-ca\.crt|namespaces\/kube-system\/serviceaccounts\/[^/]+)$/;

/** Reads all objects of a cluster. The digest leaves out status, annotations and what the API server itself sets. */
export async function contentsOf(api: Api): Promise<Contents> {
  const contents = new Map<string, string>();
  for (const root of await versionPaths(api)) {
    const { resources } = (await api.get(root)) as { readonly resources: readonly ApiResource[] };
    const listed = resources.filter(
      ({ name, verbs }) => verbs.includes('list') && verbs.includes('delete') && !IGNORED.has(name),
    );
    for (const { name } of listed) {
      for (const [path, digest] of await listOf(api, root, name)) contents.set(path, digest);
    }
  }
  return contents;
}

/** Reads the objects of one resource, such as `/api/v1` and `pods`. */
export async function listOf(api: Api, root: string, resource: string): Promise<Contents> {
  const { items } = (await api.get(`${root}/${resource}`)) as { readonly items: readonly ListedObject[] };
  const listed = items.map((item): readonly [string, string] => {
    const { namespace, name } = item.metadata;
    const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
    return [`${root}${scope}/${resource}/${name}`, digestOf(item)];
  });
  return new Map(listed.filter(([path]) => !OF_CONTROLLERS.test(path)));
}

async function versionPaths(api: Api): Promise<readonly string[]> {
  const { groups } = (await api.get('/apis')) as {
    readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  };
  return ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
}

function digestOf({ metadata, status: _, ...rest }: ListedObject): string {
  // A controller writes the rules of an aggregated ClusterRole.
  const own = 'aggregationRule' in rest ? { ...rest, rules: [] } : rest;
  return createHash('sha256')
    .update(JSON.stringify({ labels: metadata.labels, ...own }))
    .digest('hex');
}

/** Reads the objects of a cluster that just started, as soon as no other is created within a second. */
export async function settledContentsOf(api: Api): Promise<Contents> {
  let last = await contentsOf(api);
  for (;;) {
    await delay(SETTLED_MS);
    const now = await contentsOf(api);
    if (now.size === last.size && [...now].every(([path, digest]) => last.get(path) === digest)) return now;
    last = now;
  }
}
