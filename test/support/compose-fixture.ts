import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseEnvFile } from '../../src/base/env-file.ts';
import { freePorts } from '../testbed/cluster/ports.ts';
import type { DockerHost } from '../testbed/docker/host.ts';
import { createWorkspace, leftRunning, type Outcome, type TempWorkspace } from './difyctl.ts';
import { createRecorder, type Recorder } from './recorder.ts';

interface Container {
  readonly service: string;
  readonly id: string;
  /** `running healthy`, `running starting`, `exited 0`, … */
  readonly state: string;
}

/** One project on a real engine, and the machines of those who install it: folders that hold the file alone. */
export interface ComposeFixture {
  readonly recorder: Recorder;
  /** Where the project lives; the file names it absolutely. */
  readonly directory: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Another folder with the same file and nothing else; with these variables besides. */
  workplace(more?: Readonly<Record<string, string>>): Promise<TempWorkspace>;
  containers(): Promise<readonly Container[]>;
  /** Variables of the project's `.env`; empty where there is none. */
  secrets(): Promise<Readonly<Record<string, string>>>;
  /** Numbers of the revisions that the installation keeps. */
  revisions(): Promise<readonly number[]>;
  /** What a run left behind that it should not: processes, a lock. */
  leftovers(): Promise<readonly string[]>;
  docker(...args: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

export interface ComposeFixtureOptions {
  /** The file, given where the project lives and its ports. */
  readonly file: (place: { directory: string; httpPort: number; httpsPort: number }) => object;
  /** Variables of whoever installs. */
  readonly env?: Readonly<Record<string, string>>;
  /** The path of a Compose of another version than the testbed's own. */
  readonly compose?: string;
}

/** The file of a `test` deployment that answers on this machine alone. */
export const testComposeFile: ComposeFixtureOptions['file'] = ({ directory, httpPort }) => ({
  apiVersion: 'difyctl/v1',
  name: 'dify',
  tier: 'test',
  target: { type: 'compose', directory, httpPort, bindAddress: '127.0.0.1' },
});

export async function createComposeFixture(host: DockerHost, options: ComposeFixtureOptions): Promise<ComposeFixture> {
  const base = await mkdtemp(join(tmpdir(), 'difyctl-compose-scene-'));
  const directory = join(base, 'dify');
  const [httpPort = 0, httpsPort = 0] = await freePorts(2, new Set());
  const recorder = await createRecorder({ docker: host.docker });
  const workplaces: TempWorkspace[] = [];
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await execa(host.docker, args, { env: host.env, stdin: 'ignore' })).stdout;
  if (options.compose !== undefined) {
    await mkdir(join(base, 'docker', 'cli-plugins'), { recursive: true });
    await symlink(options.compose, join(base, 'docker', 'cli-plugins', 'docker-compose'));
  }
  const config = options.compose === undefined ? {} : { DOCKER_CONFIG: join(base, 'docker') };
  const env = { ...host.env, ...config, PATH: `${recorder.folder}:/usr/bin:/bin`, HOME: base, ...options.env };
  const lock = join(directory, '.difyctl', 'lock.json');
  return {
    recorder,
    directory,
    httpPort,
    httpsPort,
    docker,
    workplace: async (more = {}) => {
      const made = await createWorkspace(options.file({ directory, httpPort, httpsPort }), {
        ...env,
        ...more,
      });
      workplaces.push(made);
      return made;
    },
    containers: () => inspect(docker),
    secrets: async () => parseEnvFile(await readFile(join(directory, '.env'), 'utf8').catch(() => '')),
    revisions: async () => {
      const names = await readdir(join(directory, '.difyctl', 'revisions')).catch(() => []);
      return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
    },
    leftovers: async () => {
      const locked = await stat(lock).then(
        () => [lock],
        () => [],
      );
      return [...(await leftRunning(recorder.folder)), ...locked];
    },
    end: async () => {
      await Promise.all(workplaces.map((one) => one.remove()));
      await recorder.remove();
      await rm(base, { recursive: true, force: true });
    },
  };
}

const FORMAT = '{"labels":{{json .Config.Labels}},"id":{{json .Id}},"state":{{json .State}}}';

async function inspect(docker: ComposeFixture['docker']): Promise<readonly Container[]> {
  const ids = (await docker('ps', '-aq', '--no-trunc')).split('\n').filter((line) => line !== '');
  if (ids.length === 0) return [];
  // One that goes between the two calls makes the second fail: it is asked again.
  const text = await docker('inspect', '--format', FORMAT, ...ids).catch(() => undefined);
  if (text === undefined) return inspect(docker);
  return text.split('\n').map((line) => {
    const { labels, id, state } = JSON.parse(line) as Inspected;
    const well = state.Health?.Status ?? String(state.ExitCode);
    return { service: labels['com.docker.compose.service'] ?? '', id, state: `${state.Status} ${well}` };
  });
}

interface Inspected {
  readonly labels: Readonly<Record<string, string>>;
  readonly id: string;
  readonly state: { readonly Status: string; readonly ExitCode: number; readonly Health?: { readonly Status: string } };
}

/** How a secret may stand in a text: as it is, URL-encoded, and in base64 wherever it begins in a longer text. */
export function formsOf(secret: string): readonly string[] {
  const shifted = ['', 'x', 'xy'].map((before) => {
    const text = Buffer.from(before + secret).toString('base64');
    // The first and last characters also hold bits of what stands beside the secret.
    return text.slice(before === '' ? 0 : before.length + 1, Math.floor(text.replace(/=+$/, '').length / 4) * 4 - 1);
  });
  const encoded = Buffer.from(encodeURIComponent(secret)).toString('base64').replace(/=+$/, '').slice(0, -1);
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), encoded, ...shifted])];
}

/** Last progress lines and the report, for a failed expectation. */
export function told({ code, stdout, stderr }: Outcome): string {
  return `exit ${code}\n${stderr.slice(-2000)}\n${stdout.slice(-2000)}`;
}
