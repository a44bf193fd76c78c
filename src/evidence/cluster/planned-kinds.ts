import { at, listAt, textAt } from '../../base/json-path.ts';
import type { ApiResource } from '../../exec/dry-run-question.ts';
import type { SharedRead } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromClusterIfThere } from './connect.ts';

/** What the cluster knows of the kinds that would be created. */
interface PlannedKinds {
  /** Sorted by version and kind. */
  readonly found: readonly ApiResource[];
  /** `Gateway (gateway.networking.k8s.io/v1)` */
  readonly unknown: readonly string[];
  /** The resource of any kind of a planned version; undefined if the cluster does not know it. */
  readonly resourceOf: (apiVersion: string, kind: string) => ApiResource | undefined;
}

/** Reads the discovery documents of the kinds that would be created: one read for each group and version. */
export const plannedKinds: SharedRead<PlannedKinds> = async (context, need) => {
  const { objects } = await need(RENDERED_OBJECTS);
  const versions = [...new Set(objects.map((object) => object.apiVersion))].sort();
  const documents = new Map(
    await Promise.all(
      versions.map(async (version) => {
        const path = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
        const read = fromClusterIfThere(context, `get /apis/${version}`, (cluster) =>
          cluster.get(path, context.signal),
        );
        return [version, await read] as const;
      }),
    ),
  );
  const resourceOf = (version: string, kind: string): ApiResource | undefined => {
    const resource = listAt(documents.get(version), 'resources').find(
      (candidate) => textAt(candidate, 'kind') === kind && !textAt(candidate, 'name').includes('/'),
    );
    if (resource === undefined) return undefined;
    const group = version.includes('/') ? (version.split('/')[0] ?? '') : '';
    return { group, resource: textAt(resource, 'name'), namespaced: at(resource, 'namespaced') === true };
  };
  const found: ApiResource[] = [];
  const unknown: string[] = [];
  for (const version of versions) {
    const kinds = new Set(objects.filter((object) => object.apiVersion === version).map((object) => object.kind));
    for (const kind of [...kinds].sort()) {
      const resource = resourceOf(version, kind);
      if (resource === undefined) unknown.push(`${kind} (${version})`);
      else found.push(resource);
    }
  }
  return { found, unknown, resourceOf };
};
