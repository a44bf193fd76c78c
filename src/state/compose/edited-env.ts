import { type EnvDigests, envDifference, envMatcher } from '../../base/env-digests.ts';
import { engineEnvironment, projectContainers } from '../../exec/compose-project.ts';
import type { Docker } from '../../exec/docker.ts';
import { secretVariable } from '../../render/compose/variables.ts';
import type { Revision } from '../revisions/revision.ts';
import type { EditedVariable } from '../secrets/edited.ts';

const KEY = secretVariable('secrets.secretKey');

/**
 * Returns the variables of `.env` that differ from the recorded ones, by name. Reads the containers of the project only
 * if there are any.
 */
export async function editedVariables(
  env: Readonly<Record<string, string>>,
  revisions: readonly Revision[],
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, EditedVariable>> {
  const { number: revision, digests } = recordOf(revisions) ?? {};
  if (revision === undefined || digests === undefined) return new Map();
  const here = envMatcher(digests, KEY, keysOf([env[KEY]]));
  const found = envDifference(digests, env, here);
  if (found.changed.length + found.removed.length === 0) return new Map();
  const containers = await containerVariables(docker, project, signal);
  const matches = envMatcher(digests, KEY, keysOf([env[KEY], ...containers.map(({ SECRET_KEY }) => SECRET_KEY)]));
  const { changed, removed } = envDifference(digests, env, matches);
  const values = new Set(containers.flatMap((one) => Object.values(one)));
  return new Map(
    [...changed, ...removed].map((variable) => [
      variable,
      {
        variable,
        revision,
        isRecorded: (value: string) => matches(variable, value) === true,
        running: [...values].find((value) => mayBe(variable, value, containers) && matches(variable, value) === true),
        inUse: env[variable] !== undefined && values.has(env[variable]),
      },
    ]),
  );
}

/**
 * Comparing with the digest of the key itself takes long, so only values that containers have as SECRET_KEY are
 * compared.
 */
function mayBe(variable: string, value: string, containers: readonly Readonly<Record<string, string>>[]): boolean {
  return variable !== KEY || containers.some(({ SECRET_KEY }) => SECRET_KEY === value);
}

function keysOf(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value) => value !== undefined);
}

/**
 * Returns the newest revision that may have written `.env`. A revision that was rolled back restored the one before.
 */
function recordOf(
  revisions: readonly Revision[],
): { readonly number: number; readonly digests: EnvDigests } | undefined {
  const newest = revisions.findLast(({ outcome }) => outcome !== 'rolled-back');
  const digests = newest?.files.find(({ path }) => path === '.env')?.variables;
  return newest === undefined || digests === undefined ? undefined : { number: newest.number, digests };
}

/** Returns the environment of each container of the project. It holds secrets and is not passed on. */
async function containerVariables(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const containers = await projectContainers(docker, project, '{{json .Config.Env}}', signal);
  return containers.map(({ fields }) => engineEnvironment(Array.isArray(fields) ? fields : []));
}
