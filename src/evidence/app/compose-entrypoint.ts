import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cut } from '../../base/cut.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ComposeTarget } from '../../deployment/schema/target.ts';
import { SERVICE_OF } from '../../render/compose/names.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';
import { isLocalEngine } from '../host/engine.ts';
import type { Answer, AnswersFact } from './answers.ts';
import { ask, type Entrypoint, trusting } from './ask.ts';

/** An entrypoint, and how messages name it. */
interface NamedEntrypoint {
  readonly entrance: Entrypoint;
  readonly via: string;
}

/** Requests the paths of nginx. */
export async function askNginx(
  context: CollectContext,
  deployment: Deployment,
  target: ComposeTarget,
  paths: readonly string[],
): Promise<AnswersFact> {
  const { entrance, via } = await composeEntrypoint(context, deployment, target);
  const answers = await Promise.all(paths.map((path) => ask(entrance, path, context.signal)));
  return { via, simulated: undefined, answers };
}

/**
 * The published port of nginx, with the console's host. If the engine is on another machine, the console's own address.
 */
export async function composeEntrypoint(
  context: CollectContext,
  deployment: Deployment,
  target: ComposeTarget,
): Promise<NamedEntrypoint> {
  const { host, hostname } = new URL(deployment.urls.console);
  const address = (await isLocalEngine(context)) ? loopback(target.bindAddress) : hostname;
  const port = target.tls === undefined ? target.httpPort : target.httpsPort;
  const entrance: Entrypoint = { address, port, host, ...(await tlsOf(context, target)) };
  const scheme = target.tls === undefined ? 'http' : 'https';
  return { entrance, via: `${scheme}://${address}:${port} as ${host}` };
}

/** The loopback address for an engine that listens on all addresses. */
function loopback(bindAddress: string): string {
  if (bindAddress === '0.0.0.0') return '127.0.0.1';
  return bindAddress === '::' ? '::1' : bindAddress;
}

async function tlsOf({ baseDirectory }: CollectContext, { tls }: ComposeTarget): Promise<Pick<Entrypoint, 'tls'>> {
  if (tls === undefined) return {};
  const path = resolve(baseDirectory, tls.certFile);
  try {
    return { tls: trusting(await readFile(path, 'utf8')) };
  } catch {
    throw new CollectionError('absent', `the certificate ${path} cannot be read`);
  }
}

const STATUS = 'difyctl-status';
/** Exit codes of curl that are answers too: cannot connect, no answer in time, an empty answer, a broken one. */
const NO_ANSWER = [7, 28, 52, 56];

/** Requests a path of the API process inside its container, with the curl of its image. */
export async function askInside(context: CollectContext, deployment: Deployment, path: string): Promise<AnswersFact> {
  const { runner, signal } = context;
  const url = `http://localhost:5001${path}`;
  const curl = ['curl', '-s', '-m', '10', '-w', `\n${STATUS} %{http_code} %{content_type}`, url];
  const args = ['compose', '-p', deployment.name, 'exec', '-T', SERVICE_OF.api, ...curl];
  const { stdout, exitCode } = await runner.run('docker', args, { signal, okCodes: [0, ...NO_ANSWER] });
  const [body = '', tail = ''] = stdout.split(`\n${STATUS} `);
  const [status = '', contentType = ''] = tail.trim().split(' ');
  const answer: Answer = {
    path,
    status: Number(status) || undefined,
    contentType,
    version: '',
    location: '',
    body: cut(body, 400),
    fault: exitCode === 0 ? undefined : `curl exited with ${exitCode}`,
  };
  return { via: `curl in a container of ${SERVICE_OF.api}`, simulated: undefined, answers: [answer] };
}
