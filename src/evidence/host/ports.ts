import { createServer } from 'node:net';
import { PROJECT_LABEL } from '../../exec/docker.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { tryToConnect } from '../tcp.ts';
import { isLocalEngine } from './engine.ts';

export interface PortFact {
  readonly port: number;
  readonly purpose: string;
  /**
   * `own`: this project's containers publish it. `unseen`: binding it was refused, and a connection neither succeeds
   * nor is refused.
   */
  readonly state: 'free' | 'own' | 'taken' | 'unseen';
  /** Name of a container of another project that publishes it. */
  readonly holder: string | undefined;
}
export const HOST_PORTS = evidenceKey<readonly PortFact[]>('host.ports', 1);

export const hostPortsCollector: Collector<readonly PortFact[]> = {
  key: HOST_PORTS,
  timeoutMs: 20_000,
  collect: async (context) => {
    const target = context.deployment?.target;
    if (target?.type !== 'compose') throw new CollectionError('absent', 'a deployment on Compose');
    if (!(await isLocalEngine(context))) throw new CollectionError('absent', 'the engine runs on another machine');
    const published = await publishedPorts(context);
    const wanted = [
      { port: target.httpPort, purpose: 'target.httpPort' },
      ...(target.tls === undefined ? [] : [{ port: target.httpsPort, purpose: 'target.httpsPort' }]),
    ];
    return Promise.all(
      wanted.map(async ({ port, purpose }) => {
        const holders = published.filter((one) => one.port === port);
        const isOwn = holders.some((one) => one.project === context.deployment?.name);
        const state = isOwn ? 'own' : await portState(target.bindAddress, port, context.signal);
        return { port, purpose, state, holder: isOwn ? undefined : holders[0]?.name };
      }),
    );
  },
};

interface Published {
  readonly name: string;
  readonly project: string;
  readonly port: number;
}

/** Ports that running containers of any project publish. */
async function publishedPorts({ runner, signal }: CollectContext): Promise<readonly Published[]> {
  const format = `{{.Names}}\t{{.Label "${PROJECT_LABEL}"}}\t{{.Ports}}`;
  const { stdout } = await runner.run('docker', ['ps', '--format', format], { signal });
  return stdout.split('\n').flatMap((line) => {
    const [name = '', project = '', ports = ''] = line.split('\t');
    return hostPorts(ports).map((port) => ({ name, project, port }));
  });
}

/** Parses host ports in docker's notation: `0.0.0.0:80->80/tcp, :::8000-8002->8000-8002/tcp`. */
export function hostPorts(text: string): readonly number[] {
  const found = new Set<number>();
  for (const match of text.matchAll(/:(\d+)(?:-(\d+))?->/g)) {
    const first = Number(match[1]);
    for (let port = first; port <= Number(match[2] ?? first); port++) found.add(port);
  }
  return [...found];
}

async function portState(address: string, port: number, signal: AbortSignal): Promise<PortFact['state']> {
  const code = await bindFault(address, port);
  if (code === undefined) return 'free';
  if (code === 'EADDRINUSE') return 'taken';
  // Low ports need root, which the engine has but this user may not: try to connect instead. A free port refuses.
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  const answer = await tryToConnect(host, port, 2_000, signal);
  if (answer === 'connected') return 'taken';
  return answer === 'refused' ? 'free' : 'unseen';
}

function bindFault(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
