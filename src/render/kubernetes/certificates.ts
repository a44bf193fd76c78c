import { UserError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { API_PROCESSES } from '../../providers/chart-block.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';
import { type CaOwner, caCertificates, caFileName } from '../dify-env/ca-certificates.ts';
import type { RenderModel } from '../model.ts';
import { CERTIFICATES_FOLDER } from './names.ts';

/** Contents of the files that the deployment names, by the path as written in the file. */
export type ReferencedFiles = ReadonlyMap<string, string>;

/** Components that connect to a data service. */
const CONNECTING: readonly ComponentName[] = [...API_PROCESSES, 'pluginDaemon', 'agentBackend'];
const VOLUME = 'difyctl-certificates';

/** The CA files by their key in the Secret. Throws UserError if the content of one is missing in `files`. */
export function certificates(
  { caCertificates }: RenderModel,
  files: ReferencedFiles,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    caCertificates.map(({ owner, field, path }) => {
      const content = files.get(path);
      if (content === undefined) {
        throw new UserError(`${field} cannot be read: ${path}`, {
          problems: [{ path: field, message: `the file ${path} does not exist or cannot be read` }],
        });
      }
      return [keyOf(owner), content];
    }),
  );
}

/**
 * Throws UserError with each field if the deployment has CA files and this chart cannot mount them into a component
 * that connects to a data service.
 */
export function refuseUnmounted(deployment: Deployment, { version, withoutMounts, without }: ChartProfile): void {
  const blocked = CONNECTING.filter((name) => withoutMounts.includes(name) && !without.includes(name));
  if (blocked.length === 0) return;
  const message = `chart ${version} cannot mount a CA file into ${blocked.join(', ')}`;
  const problems = caCertificates(deployment).map(({ field }) => ({ path: field, message }));
  if (problems.length === 0) return;
  throw new UserError(`${problems.map(({ path }) => path).join(', ')}: ${message}`, {
    problems,
    next: ['use chart 0.36.0 or newer, or certificates of a public CA'],
  });
}

/** A key of a Secret must not contain a slash. */
export function keyOf(owner: CaOwner): string {
  return caFileName(owner).replace('/', '-');
}

/**
 * The volume and mount of the CA files, at the paths that the environment names. Empty if there are none or the
 * component does not connect to a data service.
 */
export function certificateVolumes(
  { caCertificates }: Pick<RenderModel, 'caCertificates'>,
  component: ComponentName,
  secretName: string,
): JsonObject {
  const items = caCertificates.map(({ owner }) => ({ key: keyOf(owner), path: caFileName(owner) }));
  if (items.length === 0 || !CONNECTING.includes(component)) return {};
  return {
    extraVolumes: [{ name: VOLUME, secret: { secretName, items } }],
    extraVolumeMounts: [{ name: VOLUME, mountPath: CERTIFICATES_FOLDER, readOnly: true }],
  };
}
