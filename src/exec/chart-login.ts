import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import type { RunOptions } from './runner.ts';

/** A login at a chart repository or registry. `password` is the secret itself. */
export interface ChartLogin {
  readonly username: string;
  readonly password: string;
}

/** The address of a chart that needs a login. */
type ChartAddress =
  | { readonly repo: string; readonly name: string; readonly version: string }
  | { readonly oci: string; readonly version?: string | undefined };

/** How helm pulls a chart with a login: its arguments, and the variables that name the files with the login. */
interface ChartAccess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type RunHelm = (args: readonly string[], options: RunOptions) => Promise<unknown>;

/** The name of the repository in helm's temporary list of repositories. */
const REPOSITORY = 'difyctl';

/**
 * Calls `use` with the arguments and variables with which helm pulls the chart with this login. helm reads the login
 * from files in a folder of this user alone (0700), which is removed after `use`, also if `use` fails. The password is
 * in no argument and in no variable. helm's own files and the user's keychain are not changed.
 */
export async function withChartLogin<T>(
  chart: ChartAddress,
  login: ChartLogin,
  run: RunHelm,
  use: (access: ChartAccess) => Promise<T>,
): Promise<T> {
  const folder = await makeTemporaryFolder();
  try {
    const env = {
      HELM_REGISTRY_CONFIG: join(folder, 'registry.json'),
      HELM_REPOSITORY_CONFIG: join(folder, 'repositories.yaml'),
      HELM_REPOSITORY_CACHE: join(folder, 'repositories'),
      HELM_CONTENT_CACHE: join(folder, 'content'),
    };
    if ('oci' in chart) {
      await writeFile(env.HELM_REGISTRY_CONFIG, registryConfig(chart.oci, login), { mode: 0o600 });
      return await use({ args: [chart.oci, ...versionArgs(chart.version)], env });
    }
    await mkdir(env.HELM_REPOSITORY_CACHE);
    const { username, password } = login;
    const who = [`--username=${username}`, '--password-stdin'];
    await run(['repo', 'add', REPOSITORY, chart.repo, ...who], { env, input: password });
    return await use({ args: [`${REPOSITORY}/${chart.name}`, ...versionArgs(chart.version)], env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function versionArgs(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ['--version', version];
}

/**
 * Returns the file that `helm registry login` writes, in the format of Docker's config.json. That command is not used
 * because helm 3.14 to 4 store the password in the user's keychain if a credential helper of Docker is on PATH, and it
 * stays there.
 */
function registryConfig(oci: string, { username, password }: ChartLogin): string {
  const host = oci.replace(/^oci:\/\//, '').replace(/\/.*$/s, '');
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [serverName(host)]: { auth } } });
}

/** Docker Hub's logins are stored under this address for each of its host names. */
function serverName(host: string): string {
  return /^(?:registry-1\.|index\.)?docker\.io$/.test(host) ? 'https://index.docker.io/v1/' : host;
}
