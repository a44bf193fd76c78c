import { createHmac } from 'node:crypto';
import { sha256 } from '../../base/digest.ts';
import { envDigests } from '../../base/env-digests.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../../base/version.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { secretVariable } from '../../render/compose/variables.ts';
import type { ChartFacts, Rendered } from '../../render/rendered.ts';
import { type Operation, REVISION_VERSION, type Revision } from './revision.ts';

export interface RecordInput {
  readonly number: number;
  readonly deployment: Deployment;
  readonly rendered: Rendered;
  readonly secrets: SecretValues;
  readonly secretKeys: Readonly<Record<SecretPath, string>>;
  readonly planDigest: string;
  readonly operation: Operation;
  readonly changes: Revision['changes'];
  readonly upgrade: Revision['upgrade'];
  readonly chart: ChartFacts | undefined;
  readonly tools: Readonly<Record<string, string>>;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly from: Revision['from'];
  readonly deep: boolean;
  readonly by: string;
  readonly now: Date;
}

/** Returns the revision that is about to be applied, with outcome `open`. */
export function openRevision(input: RecordInput): Revision {
  const { number, deployment, rendered, chart, planDigest, tools, only, skip, from, deep, by, now } = input;
  const { changes, upgrade = [] } = input;
  return {
    apiVersion: API_VERSION,
    kind: 'Revision',
    version: REVISION_VERSION,
    deployment: deployment.name,
    number,
    difyctl: DIFYCTL_VERSION,
    startedAt: now.toISOString(),
    by,
    operation: input.operation,
    phase: 'apply',
    outcome: 'open',
    file: JSON.parse(JSON.stringify(deployment)) as Revision['file'],
    files: withVariables(recordedFiles(rendered, input.secrets), rendered),
    planDigest,
    ...(changes === undefined ? {} : { changes: { ...changes } }),
    ...(upgrade.length === 0 ? {} : { upgrade: upgrade.map((one) => ({ ...one })) }),
    ...(rendered.target === 'kubernetes' ? { secretName: rendered.secret.name } : {}),
    secretKeys: { ...input.secretKeys },
    manifests: rendered.target === 'kubernetes' ? rendered.manifests.map(identityOf) : [],
    ...(chart === undefined
      ? {}
      : { chart: { name: chart.name, version: chart.version, appVersion: chart.appVersion } }),
    tools: { ...tools },
    only: [...only],
    skip: [...skip],
    from,
    deep,
  };
}

/**
 * Returns true if the revision recorded this rendered set. A run after an interrupted one then continues that revision
 * and creates no new one.
 */
export function isOfRender(revision: Revision, rendered: Rendered, secrets: SecretValues): boolean {
  const digests = (files: Revision['files']) => files.map(({ path, sha256: digest }) => `${digest} ${path}`).join('\n');
  const secretName = rendered.target === 'kubernetes' ? rendered.secret.name : undefined;
  return revision.secretName === secretName && digests(revision.files) === digests(recordedFiles(rendered, secrets));
}

/**
 * Returns the recorded files. Of files with mode 0600, which hold secrets, only an HMAC is kept, keyed with SECRET_KEY.
 */
function recordedFiles({ files }: Rendered, secrets: SecretValues): Revision['files'] {
  const key = secrets.get('secrets.secretKey');
  return files.map(({ path, content, mode }) =>
    mode === 0o600
      ? { path, sha256: createHmac('sha256', key).update(content).digest('hex') }
      : { path, sha256: sha256(content), content },
  );
}

/** Adds a digest of each variable to `.env`. */
function withVariables(files: Revision['files'], rendered: Rendered): Revision['files'] {
  if (rendered.target === 'kubernetes') return files;
  const variables = envDigests(rendered.env, secretVariable('secrets.secretKey'));
  return files.map((file) => (file.path === '.env' ? { ...file, variables } : file));
}

function identityOf({ apiVersion, kind, metadata }: { apiVersion: string; kind: string; metadata: { name: string } }) {
  return { apiVersion, kind, name: metadata.name };
}
