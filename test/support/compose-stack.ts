import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { JsonObject } from '../../src/base/json.ts';
import { redactor } from '../../src/base/redact.ts';
import type { CheckReport } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { COLLECTORS } from '../../src/evidence/registry.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { renderCompose } from '../../src/render/compose/render.ts';
import type { RenderedCompose } from '../../src/render/rendered.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import type { DockerHost } from '../testbed/docker/host.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, urls } from './deployments.ts';
import { writeRendered } from './rendered-directory.ts';
import { fakeSecrets } from './secrets.ts';

/** Fields of services in a second Compose file, by the service. */
export type ServiceChanges = Readonly<Record<string, JsonObject>>;

export interface PostflightOptions {
  /** Checks that run. Default: all. */
  readonly ids?: readonly string[];
  /** Milliseconds that the clock of the checks is ahead. */
  readonly aheadMs?: number;
  /** File of an authority that the operator's machine trusts. */
  readonly caFile?: string;
}

/** A rendered directory on a real engine: everything bundled, in test, with real servers beside Dify's stand-ins. */
export interface ComposeStack {
  readonly docker: DockerHost;
  /** Folder of `difyctl.yaml`; the rendered directory is `dify` in it. */
  readonly base: string;
  readonly directory: string;
  /** Free ports of this machine. The first two are those of nginx. */
  readonly ports: readonly number[];
  /** The deployment with or without TLS at nginx. */
  deployment(tls: boolean): Deployment;
  render(of: Deployment): RenderedCompose;
  /** Writes the rendered directory and starts it. Returns once every service is healthy. */
  up(of: Deployment): Promise<void>;
  compose(...args: readonly string[]): Promise<string>;
  /**
   * Starts new containers of services with these changes, and health checks every second. Returns once they are healthy;
   * those of `sick` are not waited for.
   */
  change(changes: ServiceChanges, sick?: readonly string[]): Promise<void>;
  /** Edits a rendered file and starts its service anew. Returns a function that reverts both. */
  edit(service: string, file: string, by: (text: string) => string): Promise<() => Promise<void>>;
  /** Runs a statement in Dify's database. */
  psql(statement: string): Promise<string>;
  postflight(of: Deployment, options?: PostflightOptions): Promise<CheckReport>;
}

/** Provides the directory and the engine for the tests of a file. `up` starts it. */
export function useComposeStack(): ComposeStack {
  const engine = useSharedDockerHost(composeImages(), { startInterval: true });
  const place = useTestbed(
    async () => ({
      base: await mkdtemp(join(tmpdir(), 'difyctl-stack-')),
      ports: await freePorts(3, new Set()),
    }),
    ({ base }) => rm(base, { recursive: true, force: true }),
  );
  const stack: ComposeStack = {
    get docker() {
      return engine.docker;
    },
    get base() {
      return place.get().base;
    },
    get directory() {
      return join(place.get().base, 'dify');
    },
    get ports() {
      return place.get().ports;
    },
    deployment: (tls) => bundledTest(place.get().ports, tls),
    render: (of) => renderCompose(of, fakeSecrets(of), { baseDirectory: stack.base }),
    up: async (of) => {
      await writeRendered(stack.directory, stack.render(of).files);
      await stack.compose('up', '-d', '--wait', '--wait-timeout', '180');
    },
    compose: async (...args) => {
      const { docker, env } = engine.docker;
      const options = { cwd: stack.directory, env, stdin: 'ignore', all: true } as const;
      return (await execa(docker, ['compose', ...args], options)).all;
    },
    change: async (changes, sick = []) => {
      const file = join(stack.base, 'changes.json');
      const services = Object.entries(changes).map(([name, fields]) => [name, { ...fastHealth(name), ...fields }]);
      await writeFile(file, JSON.stringify({ services: Object.fromEntries(services) }));
      const start = ['-f', 'compose.yaml', '-f', file, 'up', '-d', '--no-deps'];
      await stack.compose(...start, '--force-recreate', ...Object.keys(changes));
      const healthy = Object.keys(changes).filter((name) => !sick.includes(name));
      if (healthy.length > 0) await stack.compose(...start, '--wait', '--wait-timeout', '60', ...healthy);
    },
    edit: async (service, file, by) => {
      const path = join(stack.directory, file);
      const before = await readFile(path, 'utf8');
      await writeFile(path, by(before));
      await stack.change({ [service]: {} });
      return async () => {
        await writeFile(path, before);
        await stack.change({ [service]: {} });
      };
    },
    psql: (statement) =>
      stack.compose('exec', '-T', 'db_postgres', 'psql', '-U', 'postgres', '-d', 'dify', '-c', statement),
    postflight: (of, options) => postflight(stack, of, options),
  };
  return stack;
}

/** The rendered health check of beat asks the workers, so that it would fail at some time after a fault of a worker. */
function fastHealth(service: string): JsonObject {
  return { healthcheck: { interval: '1s', ...(service === 'worker_beat' ? { test: ['CMD', 'true'] } : {}) } };
}

function bundledTest([http, https]: readonly number[], tls: boolean): Deployment {
  return parsedDeployment({
    apiVersion: 'difyctl/v1',
    name: 'stack',
    tier: 'test',
    target: {
      type: 'compose',
      directory: './dify',
      bindAddress: '127.0.0.1',
      httpPort: http ?? 0,
      httpsPort: https ?? 0,
      ...(tls ? { tls: { certFile: './tls.crt', keyFile: './tls.key' } } : {}),
    },
    urls: urls(tls ? `https://localhost:${https}` : `http://127.0.0.1:${http}`),
    components: { api: { replicas: 2 } },
  });
}

async function postflight(
  stack: ComposeStack,
  of: Deployment,
  { ids, aheadMs = 0, caFile }: PostflightOptions = {},
): Promise<CheckReport> {
  const { env } = stack.docker;
  const runner = createRunner({
    env: { ...process.env, ...env },
    hiddenNames: new Set(),
    passNames: new Set(),
    redact: redactor([]),
  });
  const context = collectContext({
    tier: of.tier,
    deployment: of,
    secrets: fakeSecrets(of),
    rendered: stack.render(of),
    baseDirectory: stack.base,
    runner,
    env: caFile === undefined ? env : { ...env, NODE_EXTRA_CA_CERTS: caFile },
    now: () => new Date(Date.now() + aheadMs),
  });
  const checks = CHECKS.filter((check) => ids === undefined || ids.includes(check.id));
  return (await runChecks({ phase: 'postflight', checks, collectors: COLLECTORS, context })).report;
}
