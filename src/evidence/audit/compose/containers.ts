import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { jsonLines } from '../../../exec/answer.ts';
import { type Docker, docker, projectFilter } from '../../../exec/docker.ts';
import { type CollectContext, CollectionError } from '../../evidence.ts';
import { installationOf } from '../installation.ts';

/** A container of the project as the engine reports it. Its environment may hold secrets: it is never kept. */
export interface EngineContainer {
  readonly service: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** The restart policy: `no`, `always`, `unless-stopped`, … */
  readonly restart: string;
  /** `created`, `running`, `exited`, … */
  readonly state: string;
  readonly exitCode: number;
  /** Bytes; 0 for no limit. */
  readonly memory: number;
  /** True if a health check is defined and on. */
  readonly hasHealthCheck: boolean;
  /** Ports that are published: `5432/tcp` and the addresses. */
  readonly published: readonly { readonly port: number; readonly address: string; readonly hostPort: number }[];
  /** Names of its networks. */
  readonly networks: readonly string[];
}

const FORMAT =
  '{"labels":{{json .Config.Labels}},"image":{{json .Config.Image}},"env":{{json .Config.Env}},"entrypoint":{{json .Config.Entrypoint}},' +
  '"command":{{json .Config.Cmd}},"health":{{json .Config.Healthcheck}},"state":{{json .State}},"host":{{json .HostConfig}},"networks":{{json .NetworkSettings.Networks}}}';

/** Every container of the project except those of `docker compose run`. Throws ExternalError, CollectionError. */
export async function projectContainers(context: CollectContext): Promise<readonly EngineContainer[]> {
  const { target, name } = installationOf(context);
  if (target !== 'compose') throw new CollectionError('absent', 'a Compose project');
  const { signal } = context;
  const engine = docker(context.runner);
  const ids = await lines(engine, ['ps', '-a', '--no-trunc', ...projectFilter(name), '--format', '{{.ID}}'], signal);
  if (ids.length === 0) return [];
  // docker exits with 1 and leaves out a container that was removed meanwhile.
  const told = await engine.run(['inspect', '--format', FORMAT, ...ids], { signal, okCodes: [0, 1] });
  return jsonLines(told, 'docker inspect')
    .filter((item) => labelsAt(item, 'labels')['com.docker.compose.oneoff'] !== 'True')
    .map(containerOf);
}

/** Names of the project's networks without a way out. */
export async function internalNetworks(context: CollectContext): Promise<ReadonlySet<string>> {
  const { name } = installationOf(context);
  const args = [
    'network',
    'ls',
    ...projectFilter(name),
    '--filter',
    'driver=bridge',
    '--format',
    '{{.Name}}\t{{.Internal}}',
  ];
  const rows = await lines(docker(context.runner), args, context.signal);
  return new Set(
    rows.map((row) => row.split('\t')).flatMap(([network = '', internal]) => (internal === 'true' ? [network] : [])),
  );
}

async function lines(engine: Docker, args: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  return (await engine.run(args, { signal })).split('\n').filter((line) => line.trim() !== '');
}

function containerOf(item: unknown): EngineContainer {
  const test = listAt(item, 'health', 'Test');
  const variables = listAt(item, 'env').map((line) => /^([^=]*)=([\s\S]*)$/.exec(String(line)));
  return {
    service: labelsAt(item, 'labels')['com.docker.compose.service'] ?? '',
    image: textAt(item, 'image'),
    environment: Object.fromEntries(
      variables.flatMap((found) => (found === null ? [] : [[found[1] ?? '', found[2] ?? '']])),
    ),
    command: [...listAt(item, 'entrypoint'), ...listAt(item, 'command')].map(String),
    restart: textAt(item, 'host', 'RestartPolicy', 'Name'),
    state: textAt(item, 'state', 'Status'),
    exitCode: Number(at(item, 'state', 'ExitCode') ?? 0),
    memory: Number(at(item, 'host', 'Memory') ?? 0),
    hasHealthCheck: test.length > 0 && test[0] !== 'NONE',
    published: publishedPorts(at(item, 'host', 'PortBindings')),
    networks: Object.keys((at(item, 'networks') as Record<string, unknown> | null) ?? {}).sort(),
  };
}

function publishedPorts(bindings: unknown): EngineContainer['published'] {
  return Object.entries((bindings ?? {}) as Record<string, unknown>).flatMap(([key, hosts]) =>
    listAt({ hosts }, 'hosts').map((host) => ({
      port: Number(key.split('/')[0]),
      address: textAt(host, 'HostIp') || '0.0.0.0',
      hostPort: Number(textAt(host, 'HostPort')),
    })),
  );
}
