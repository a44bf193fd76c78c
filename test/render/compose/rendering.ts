import { parse } from 'yaml';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import { renderCompose } from '../../../src/render/compose/render.ts';
import type { RenderedCompose } from '../../../src/render/rendered.ts';
import { parsedDeployment, SAMPLE_NAMES, sampleDeployment, urls } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const INPUTS = { baseDirectory: '/srv/config' };

/** Every sample that goes to Compose. */
export const COMPOSE_SAMPLES = SAMPLE_NAMES.filter((name) => sampleDeployment(name).target.type === 'compose');

/** A Compose deployment of the prod tier from a part of a file. */
export function composeDeployment(over: Readonly<Record<string, unknown>> = {}): Deployment {
  return parsedDeployment({
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'compose' },
    urls: urls('http://localhost'),
    ...JSON.parse(JSON.stringify(over)),
  });
}

export function rendered(deployment: Deployment, secrets: SecretValues = fakeSecrets(deployment)): RenderedCompose {
  return renderCompose(deployment, secrets, INPUTS);
}

export function fileOf(set: RenderedCompose, path: string): string {
  const file = set.files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`no ${path} among ${set.files.map((one) => one.path).join(', ')}`);
  return file.content;
}

/** A service as compose.yaml has it, after YAML and before interpolation. */
export interface ComposeService {
  readonly image: string;
  readonly restart: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly source: string; readonly target: string; readonly read_only?: boolean }[];
  readonly networks: readonly string[];
  readonly ports?: readonly { readonly target: number; readonly published: string; readonly host_ip: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  readonly deploy?: { readonly replicas: number };
  readonly container_name?: string;
  readonly command?: readonly string[];
}

interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

/** compose.yaml as a reader of its text sees it. */
export function composeFile(set: RenderedCompose): ComposeFile {
  return parse(fileOf(set, 'compose.yaml'), { version: '1.1' }) as ComposeFile;
}

export function serviceOf(set: RenderedCompose, name: string): ComposeService {
  const service = composeFile(set).services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

/**
 * The environment that a container's process gets: `${NAME?…}` is replaced from `.env`, `$$` is a dollar. Both are read
 * from the rendered files.
 */
export function effectiveEnvironment(set: RenderedCompose, service: string): Readonly<Record<string, string>> {
  const env = readEnvFile(fileOf(set, '.env'));
  const resolve = (text: string): string =>
    text.replace(/\$\$|\$\{([A-Z0-9_]+)\?[^}]*\}/g, (_match, name: string | undefined) => {
      if (name === undefined) return '$';
      const value = env.get(name);
      if (value === undefined) throw new Error(`${name} is missing in .env`);
      return value;
    });
  const entries = Object.entries(serviceOf(set, service).environment ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, resolve(value)]));
}

/** `.env` by the rules of compose-go: single quotes keep, double quotes know `\\`, `\"` and `\$`. */
function readEnvFile(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name = '', quote = '', value = ''] = /^([A-Z0-9_]+)=(['"])(.*)\2$/.exec(line) ?? [];
      return [name, quote === '"' ? value.replace(/\\([\\"$])/g, '$1') : value] as const;
    }),
  );
}
