import { parseUrl } from '../../base/url.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import { evidenceKey } from '../evidence.ts';
import { proxyFor } from './proxy-variables.ts';
import type { NamesSettings, Variables } from './settings.ts';

/** An outside address that a component connects to while plugins are installed. */
export interface EgressNeed {
  readonly url: string;
  readonly of: 'marketplace' | 'packages';
  /** The component that connects. */
  readonly by: 'api' | 'plugin daemon';
  /** The variable of `extraEnv` that names the address in the file; absent for upstream's default. */
  readonly variable?: string;
  /** The proxy that the component uses. */
  readonly proxy?: string;
}

/** The result of connecting to it. */
export interface EgressFact extends EgressNeed {
  readonly status?: number;
  readonly fault?: FaultFact;
  /** Why the component's way could not be tried. */
  readonly unseen?: string;
}
export const NAMES_EGRESS = evidenceKey<readonly EgressFact[]>('names.egress', 2);

const MARKETPLACE = 'https://marketplace.dify.ai';
/** pip's own index, and the host of its files. */
const INDEX = 'https://pypi.org/simple';
const FILES = 'https://files.pythonhosted.org';

/**
 * The outside addresses of this deployment, from the rendered settings: the marketplace, unless it is off, and Python
 * packages, from the mirror if one is named. If the marketplace is off and no mirror is named, the deployment counts as
 * air-gapped: there are none.
 */
export function egressNeeds({ variables, dockerProxies = {} }: NamesSettings): readonly EgressNeed[] {
  const api = { ...dockerProxies, ...variables.api };
  const daemon = { ...dockerProxies, ...variables.pluginDaemon };
  const isOff = [api, daemon].some((own) => /^(false|0|no|off)$/i.test(own.MARKETPLACE_ENABLED ?? ''));
  const mirror = daemon.PIP_MIRROR_URL ?? '';
  const marketplace = api.MARKETPLACE_API_URL ?? '';
  return [
    ...(isOff
      ? []
      : [
          needOf(
            marketplace || MARKETPLACE,
            'marketplace',
            api,
            marketplace === '' ? undefined : 'MARKETPLACE_API_URL',
          ),
        ]),
    ...(mirror === ''
      ? isOff
        ? []
        : [`${INDEX}/pip/`, FILES].map((url) => needOf(url, 'packages', daemon))
      : [needOf(`${mirror.replace(/\/+$/, '')}/pip/`, 'packages', daemon, 'PIP_MIRROR_URL')]),
  ].flat();
}

function needOf(url: string, of: EgressNeed['of'], own: Variables, variable?: string): readonly EgressNeed[] {
  const parsed = parseUrl(url);
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return [];
  const proxy = proxyFor(own, parsed);
  return [
    {
      url,
      of,
      by: of === 'marketplace' ? 'api' : 'plugin daemon',
      ...(variable === undefined ? {} : { variable }),
      ...(proxy === undefined ? {} : { proxy }),
    },
  ];
}
