import type { ComponentName } from '../../../src/checklist/components.ts';
import { type Deployment, deploymentSchema } from '../../../src/deployment/schema/deployment.ts';
import { resolveValue } from '../../../src/providers/env-entry.ts';
import type { ServiceAddresses } from '../../../src/render/dify-env/addresses.ts';
import { difyEnvironment } from '../../../src/render/dify-env/environment.ts';

export const ADDRESSES: ServiceAddresses = {
  api: 'http://api:5001',
  pluginDaemon: 'http://plugin_daemon:5002',
  sandbox: 'http://sandbox:8194',
  ssrfProxy: 'http://ssrf_proxy:3128',
  agentBackend: 'http://agent_backend:5050',
  localSandbox: 'http://local_sandbox:5004',
  bundled: {
    postgres: { host: 'db', port: 5432 },
    redis: { host: 'redis', port: 6379 },
    weaviate: { http: 'http://weaviate:8080', grpc: 'grpc://weaviate:50051' },
  },
  paths: {
    certificates: '/etc/difyctl/certificates',
    storage: '/app/api/storage',
    pluginStorage: '/app/storage',
    pluginWorking: '/app/cwd',
  },
};

const URL = 'https://dify.example.com';

/** A deployment from a part of a file. */
export function deployment(over: Readonly<Record<string, unknown>> = {}): Deployment {
  return deploymentSchema.parse({
    apiVersion: 'difyctl/v1',
    tier: 'prod',
    target: { type: 'kubernetes' },
    urls: { console: URL, api: URL, app: URL, files: URL },
    ...over,
  });
}

/** Characters that break URLs, shells, YAML and env files unless they are encoded, quoted or escaped. */
const HOSTILE = `@:/#%$'"\\ x`;

/** A secret that would break every reader that forgets to encode it, and names its path. */
export function fakeSecret(path: string): string {
  return `${path}${HOSTILE}`;
}

/** The effective environment of a component. */
export function seen(component: ComponentName, over: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const entries = difyEnvironment(deployment(over), ADDRESSES)[component];
  return Object.fromEntries(entries.map(({ name, value }) => [name, resolveValue(value, fakeSecret)]));
}
