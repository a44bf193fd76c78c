import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import type { RunOptions } from './runner.ts';

/** A login at a chart repository or registry; the password is the secret itself. */
export interface ChartLogin {
  readonly username: string;
  readonly password: string;
}

/** Where a chart is that asks for a login. */
type ChartAddress =
  | { readonly repo: string; readonly name: string; readonly version: string }
  | { readonly oci: string; readonly version?: string | undefined };

/** How helm pulls a chart as a user: its arguments, and the variables that name the files with the login. */
interface ChartAccess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type RunHelm = (args: readonly string[], options: RunOptions) => Promise<unknown>;

/** What the repository is called in helm's temporary list of repositories. */
const REPOSITORY = 'difyctl';

/**
 * Gives `use` what pulls the chart as this user. helm reads the login from files in a folder of this user alone (0700), which is removed after `use`,
 * also if it fails. The password is in no argument and in no variable, and neither helm's own files nor a keychain of the user are changed.
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
 * The file that `helm registry login` writes, in the format of Docker's config.json. That command is not used: helm 3.14 to 4 give the password to the
 * keychain of the user if Docker's helper for one is on PATH, and it stays there.
 */
function registryConfig(oci: string, { username, password }: ChartLogin): string {
  const host = oci.replace(/^oci:\/\//, '').replace(/\/.*$/s, '');
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [serverName(host)]: { auth } } });
}

/** Docker Hub's logins are kept under this address, whatever the name of the host. */
function serverName(host: string): string {
  return /^(?:registry-1\.|index\.)?docker\.io$/.test(host) ? 'https://index.docker.io/v1/' : host;
}
