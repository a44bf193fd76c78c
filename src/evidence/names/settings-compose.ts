import { isObject } from '../../base/json.ts';
import { at, labelsAt } from '../../base/json-path.ts';
import { COMPONENTS } from '../../checklist/components.ts';
import { SERVICE_OF } from '../../render/compose/names.ts';
import { SQUID_FILES } from '../../render/compose/services/squid.ts';
import type { RenderedCompose } from '../../render/rendered.ts';
import { isGuarded } from '../../render/squid-config.ts';
import type { NamesSettings } from './settings.ts';

/** The settings in compose.yaml, nginx.conf and the squid rules. Secrets are references to `.env` there. */
export function composeSettings({ project, files }: RenderedCompose): Omit<NamesSettings, 'dockerProxies'> {
  const nginx = files.find(({ path }) => path === 'nginx/nginx.conf')?.content ?? '';
  const squid = files.find(({ path }) => path === SQUID_FILES.ssrf)?.content ?? '';
  const limit = /client_max_body_size\s+(\S+);/.exec(nginx)?.[1];
  const wait = /proxy_read_timeout\s+(\S+);/.exec(nginx)?.[1];
  const services = at(project, 'services');
  return {
    variables: Object.fromEntries(
      COMPONENTS.map((name) => [name, labelsAt(project, 'services', SERVICE_OF[name], 'environment')]),
    ),
    bodyLimits: limit === undefined ? [] : [{ place: 'nginx', value: limit }],
    timeLimits: wait === undefined ? [] : [{ place: 'nginx', value: wait }],
    isGuarded: isGuarded(squid),
    internalHosts: Object.keys(isObject(services) ? services : {}).sort(),
  };
}
