import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseEnvFile } from '../../src/base/env-file.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import type { DockerHost } from '../testbed/docker/host.ts';
import { createWorkspace, leftRunning, type Outcome, type TempWorkspace } from './difyctl.ts';
import { createRecorder, type Recorder } from './recorder.ts';

interface Container {
  readonly service: string;
  readonly id: string;
  /** `running healthy`, `running starting`, `exited 0`, … */
  readonly state: string;
}

/** One project on a real engine, and the machines of its operators: folders that contain only the file. */
export interface ComposeFixture {
  readonly recorder: Recorder;
  /** The directory of the project. The file names its absolute path. */
  readonly directory: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Creates another folder with only the same file. `more` are additional variables. */
  workplace(more?: Readonly<Record<string, string>>): Promise<TempWorkspace>;
  containers(): Promise<readonly Container[]>;
  /** Variables of the project's `.env`. Empty if it does not exist. */
  secrets(): Promise<Readonly<Record<string, string>>>;
  /** Numbers of the revisions that the installation keeps. */
  revisions(): Promise<readonly number[]>;
  /** Leftovers that a run must not have: processes, a lock. */
  leftovers(): Promise<readonly string[]>;
  docker(...args: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

export interface ComposeFixtureOptions {
  /** Makes the file for the project's directory and ports. */
  readonly file: (place: { directory: string; httpPort: number; httpsPort: number }) => object;
  /** Variables of the operator. */
  readonly env?: Readonly<Record<string, string>>;
  /** The path of another version of Compose than the testbed's. */
  readonly compose?: string;
}

/** The file of a `test` deployment that listens on loopback only. */
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
  // If a container is removed between the two calls, the second fails and both are repeated.
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

/** Every form of a secret in a text: plain, URL-encoded, JSON-escaped, and base64 at any position of a longer text. */
export function formsOf(secret: string): readonly string[] {
  const shifted = ['', 'x', 'xy'].map((before) => {
    const text = Buffer.from(before + secret).toString('base64');
    // The first and last characters also encode bits of the neighbouring bytes.
    return text.slice(before === '' ? 0 : before.length + 1, Math.floor(text.replace(/=+$/, '').length / 4) * 4 - 1);
  });
  const encoded = Buffer.from(encodeURIComponent(secret)).toString('base64').replace(/=+$/, '').slice(0, -1);
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), encoded, ...shifted])];
}

/** Last progress lines and the report, for a failed expectation. */
export function told({ code, stdout, stderr }: Outcome): string {
  return `exit ${code}\n${stderr.slice(-2000)}\n${stdout.slice(-2000)}`;
}
