import { UserError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type CaOwner, caFilePath } from '../dify-env/addresses.ts';
import { API_PROCESSES } from './chart-block.ts';
import { CERTIFICATES_FOLDER } from './names.ts';

/** Contents of files that the deployment names, by the path that stands in the file. */
export type ReferencedFiles = ReadonlyMap<string, string>;

/** Components that connect to PostgreSQL or Redis. */
const CONNECTING: readonly ComponentName[] = [...API_PROCESSES, 'pluginDaemon', 'agentBackend'];
const VOLUME = 'difyctl-certificates';

/** The CA files that the deployment names, by data service. */
export function caFiles(deployment: Deployment): readonly { readonly owner: CaOwner; readonly path: string }[] {
  const { postgres, redis } = deployment;
  return [
    ...(postgres.mode === 'external' ? [{ owner: 'postgres' as const, tls: postgres.tls }] : []),
    ...(redis.mode === 'external' ? [{ owner: 'redis' as const, tls: redis.tls }] : []),
  ].flatMap(({ owner, tls }) =>
    tls.mode === 'disable' || tls.caFile === undefined ? [] : [{ owner, path: tls.caFile }],
  );
}

/** The CA files by their name in the pod. Throws UserError for one that was not read. */
export function certificates(deployment: Deployment, files: ReferencedFiles): Readonly<Record<string, string>> {
  return Object.fromEntries(
    caFiles(deployment).map(({ owner, path }) => {
      const content = files.get(path);
      if (content === undefined) {
        throw new UserError(`${owner}.tls.caFile cannot be read: ${path}`, {
          problems: [{ path: `${owner}.tls.caFile`, message: `no readable file at ${path}` }],
        });
      }
      return [fileName(owner), content];
    }),
  );
}

function fileName(owner: CaOwner): string {
  return caFilePath({ certificates: '', storage: '', pluginStorage: '', pluginWorking: '' }, owner).slice(1);
}

/** The volume and mount that put the CA files where the environment says they are. */
export function certificateVolumes(deployment: Deployment, component: ComponentName, secretName: string): JsonObject {
  const names = caFiles(deployment).map(({ owner }) => fileName(owner));
  if (names.length === 0 || !CONNECTING.includes(component)) return {};
  const items = names.map((key) => ({ key, path: key }));
  return {
    extraVolumes: [{ name: VOLUME, secret: { secretName, items } }],
    extraVolumeMounts: [{ name: VOLUME, mountPath: CERTIFICATES_FOLDER, readOnly: true }],
  };
}
