import { stringify } from 'yaml';
import { envFile } from '../../base/env-file.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { refuseUnknownVersion } from '../known-version.ts';
import type { RenderedCompose, RenderedFile } from '../rendered.ts';
import { squidConfig } from '../squid-config.ts';
import { type ComposeContext, composeContext } from './context.ts';
import type { ComposeInputs } from './host-paths.ts';
import { SERVICE_OF } from './names.ts';
import { NETWORKS, type NetworkName } from './networks.ts';
import { nginxConfig } from './nginx-config.ts';
import { composeService, type Service } from './service.ts';
import { AGENT_VOLUMES, agentServices } from './services/agent.ts';
import { applicationServices } from './services/application.ts';
import { dataServices } from './services/data.ts';
import { NGINX_FILE, nginxService } from './services/nginx.ts';
import { pluginDaemonService } from './services/plugin-daemon.ts';
import { SANDBOX_CONFIG, sandboxService } from './services/sandbox.ts';
import { SQUID_FILES, squidService } from './services/squid.ts';
import { webService } from './services/web.ts';
import { systemdUnits } from './systemd-units.ts';

/**
 * Renders the whole Compose directory for one release of Dify: compose.yaml, `.env` with every secret, and the
 * configuration of nginx, squid and sandbox. Pure. Throws UserError if the Dify version is not rendered for Compose,
 * and Error (a bug) for a deployment of another target.
 */
export function renderCompose(deployment: Deployment, secrets: SecretValues, inputs: ComposeInputs): RenderedCompose {
  const { target } = deployment;
  if (target.type !== 'compose') throw new Error(`renderCompose was given a ${target.type} deployment`);
  refuseUnknownVersion(deployment);
  const context = composeContext(deployment, target, secrets, inputs);
  const project = composeProject(context);
  const env = context.variables.file();
  const sources = context.variables.sources();
  return { target: 'compose', files: files(context, project, env), project, env, sources };
}

function composeProject(context: ComposeContext): JsonObject {
  const services = allServices(context);
  const present = new Set(Object.keys(services));
  const used = new Set(Object.values(services).flatMap(({ networks }) => networks));
  const networks = (Object.keys(NETWORKS) as NetworkName[]).filter((name) => used.has(name));
  return {
    name: context.deployment.name,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [
        name,
        composeService(service, context.deployment.name, present),
      ]),
    ),
    networks: Object.fromEntries(networks.map((name) => [name, NETWORKS[name]])),
    ...(present.has(SERVICE_OF.localSandbox)
      ? { volumes: Object.fromEntries(AGENT_VOLUMES.map((name) => [name, {}])) }
      : {}),
  };
}

function allServices(context: ComposeContext): Readonly<Record<string, Service>> {
  return {
    ...dataServices(context),
    ...applicationServices(context),
    ...webService(context),
    ...pluginDaemonService(context),
    ...sandboxService(context),
    ...(context.planned.ssrfProxy.enabled ? { [SERVICE_OF.ssrfProxy]: squidService(context, 'ssrf') } : {}),
    ...agentServices(context),
    ...nginxService(context),
  };
}

const HEADER = 'Written by difyctl from difyctl.yaml; the next render overwrites it.';

function files(
  context: ComposeContext,
  project: JsonObject,
  env: Readonly<Record<string, string>>,
): readonly RenderedFile[] {
  const { planned } = context;
  const yaml = (data: unknown): string =>
    `# ${HEADER}\n${stringify(data, { schema: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0 })}`;
  const written: readonly (RenderedFile | undefined)[] = [
    {
      path: '.env',
      content: envFile([HEADER, 'It holds every secret of this installation: keep it at 0600.'], env),
      mode: 0o600,
    },
    { path: 'compose.yaml', content: yaml(project), mode: 0o644 },
    planned.proxy.enabled ? { path: NGINX_FILE, content: nginxConfig(context), mode: 0o644 } : undefined,
    planned.ssrfProxy.enabled ? { path: SQUID_FILES.ssrf, content: squidConfig('ssrf'), mode: 0o644 } : undefined,
    planned.localSandbox.enabled ? { path: SQUID_FILES.agent, content: squidConfig('agent'), mode: 0o644 } : undefined,
    planned.sandbox.enabled
      ? { path: 'volumes/sandbox/conf/config.yaml', content: yaml(SANDBOX_CONFIG), mode: 0o644 }
      : undefined,
  ];
  return [...written.filter((file) => file !== undefined), ...systemdUnits(context)].toSorted((a, b) =>
    a.path < b.path ? -1 : 1,
  );
}
