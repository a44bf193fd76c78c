import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/base/json.ts';
import { listAt, textAt } from '../../src/base/json-path.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { prepareOffline } from '../../src/operations/rehearsal/prepare-offline.ts';
import { runDrills } from '../../src/operations/rehearsal/rehearse-prepared.ts';
import { ApiError } from '../../src/rehearsal/plane/api.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { baseStages } from '../../src/rehearsal/plane/simulation.ts';
import { startThrowaway, type Throwaway } from '../../src/rehearsal/plane/throwaway.ts';
import { PLANE_PROGRAMS, type PlanePrograms } from '../../src/rehearsal/programs/table.ts';
import type { DrillKind, DrillResult } from '../../src/rehearsal/report.ts';
import { claimStage } from '../../src/rehearsal/shape/claim-stage.ts';
import { OTHERS } from '../../src/rehearsal/shape/objects.ts';
import type { Shape } from '../../src/rehearsal/shape/shape.ts';
import type { KubernetesObject } from '../../src/render/rendered.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';
import { CHART } from './chart.ts';

/** A production on Kubernetes. Nothing of it exists: a rehearsal contacts no service and needs no secret. */
export function rehearsedFile({ target, ...changes }: JsonObject = {}): JsonObject {
  const url = 'https://dify.example.com';
  const key = (name: string) => ({ env: name });
  return {
    ...{ apiVersion: 'difyctl/v1', name: 'dify', tier: 'prod' },
    target: { type: 'kubernetes', namespace: 'dify', chart: { path: CHART }, ...(target as JsonObject | undefined) },
    urls: { console: url, api: url, app: url, files: url },
    postgres: { mode: 'external', host: 'pg.example.com', password: key('DIFY_PG_PASSWORD') },
    redis: { mode: 'external', host: 'redis.example.com', password: key('DIFY_REDIS_PASSWORD') },
    objectStorage: {
      provider: 's3',
      s3: {
        ...{ endpoint: 'https://s3.example.com', bucket: 'dify' },
        ...{ accessKey: key('DIFY_S3_ACCESS_KEY'), secretKey: key('DIFY_S3_SECRET_KEY') },
      },
    },
    vectorStore: {
      ...{ mode: 'external', provider: 'qdrant' },
      qdrant: { url: 'https://qdrant.example.com:6333', apiKey: key('DIFY_QDRANT_API_KEY') },
    },
    recovery: { rto: '4h', rpo: '15m', topology: { zones: 3 } },
    ...changes,
  };
}

/** A throwaway control plane for several rehearsals, one after another, and the programs that they use. */
export interface RehearsalPlace {
  readonly plane: Throwaway;
  /** A folder with the programs of the control plane, kubectl and helm. */
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  rehearse(input: RehearsedInput): Promise<readonly DrillResult[]>;
  stop(): Promise<void>;
}

interface RehearsedInput {
  readonly file: JsonObject;
  readonly shape: Shape;
  readonly kinds: readonly DrillKind[];
  /** Changes the objects besides the chart's before they are applied. */
  readonly patch?: ((manifests: readonly KubernetesObject[]) => readonly KubernetesObject[]) | undefined;
}

/** Starts a control plane whose volumes of storage class `local` are disks of one node. */
export async function openRehearsals(shape: Shape): Promise<RehearsalPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-rehearsals-'));
  const programs = await ensure([...PLANE_PROGRAMS, 'kubectl', 'helm4'], { onProgress: progressPrinter() });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const name of [...PLANE_PROGRAMS, 'kubectl'] as const) await symlink(programs[name], join(bin, name));
  await symlink(programs.helm4, join(bin, 'helm'));
  const { signal } = new AbortController();
  const stages = [...baseStages(), claimStage(shape)];
  const plane = await startThrowaway({ programs: programs as PlanePrograms, cache: folder, stages, signal });
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder };
  let made = 0;
  return {
    ...{ plane, bin, env },
    rehearse: async ({ file, shape: nodes, kinds, patch = (same) => same }) => {
      made += 1;
      const target = { ...(file.target as JsonObject), namespace: `dify-${made}` };
      const text = stringify({ ...file, target });
      const { deployment } = parseDeployment(text, { source: 'difyctl.yaml', baseDirectory: folder });
      const prepared = await prepareOffline({ deployment, baseDirectory: folder, env, signal });
      const { value } = prepared.rendered;
      const manifests = value.target === 'kubernetes' ? patch(value.manifests) : [];
      const patched = { ...prepared, rendered: { ok: true as const, value: { ...value, manifests } as typeof value } };
      try {
        return (await runDrills(patched, { kinds, signal, onProgress: () => undefined }, plane, nodes)).drills;
      } finally {
        await clearPlane(plane, deployment.target.type === 'kubernetes' ? deployment.target.namespace : '');
      }
    },
    stop: async () => {
      await plane.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Removes the objects of a rehearsal: its pods first, because a pod of a deleted node remains for long. */
export async function clearPlane({ api }: Throwaway, namespace: string): Promise<void> {
  await api.delete(`/api/v1/namespaces/${namespace}`);
  // The pods of others exist only if the shape has some.
  await api.delete(`/api/v1/namespaces/${OTHERS}`).catch(() => undefined);
  await poll('the pods of the rehearsal are gone', async () =>
    listAt(await api.get('/api/v1/pods'), 'items').length === 0 ? true : undefined,
  );
  // The next shape may have pods of others too.
  await poll('the namespace of others is gone', () =>
    api.get(`/api/v1/namespaces/${OTHERS}`).then(
      () => undefined,
      (error: unknown) => (error instanceof ApiError && error.status === 404 ? true : undefined),
    ),
  );
  await api.delete('/api/v1/nodes');
  await api.delete('/apis/storage.k8s.io/v1/storageclasses');
  for (const one of listAt(await api.get('/apis/scheduling.k8s.io/v1/priorityclasses'), 'items')) {
    const name = textAt(one, 'metadata', 'name');
    if (!name.startsWith('system-')) await api.delete(`/apis/scheduling.k8s.io/v1/priorityclasses/${name}`);
  }
}
