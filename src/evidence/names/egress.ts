import type { FaultFact } from '../../net/probe-error.ts';
import { evidenceKey } from '../evidence.ts';
import { proxyFor } from './proxy-variables.ts';
import type { NamesSettings, Variables } from './settings.ts';

/** An address outside that a component asks while plugins are installed. */
export interface EgressNeed {
  readonly url: string;
  readonly of: 'marketplace' | 'packages';
  /** Who asks. */
  readonly by: 'api' | 'plugin daemon';
  /** The file names it, by this variable of `extraEnv`; absent for upstream's own default. */
  readonly variable?: string;
  /** The proxy that the component goes by. */
  readonly proxy?: string;
}

/** How far the way to it led. */
export interface EgressFact extends EgressNeed {
  readonly status?: number;
  readonly fault?: FaultFact;
  /** Why it could not be tried as the component would try it. */
  readonly unseen?: string;
}
/** What was asked for; nothing is known of it where nothing could be rendered. */
export interface EgressFacts {
  readonly isRendered: boolean;
  readonly asked: readonly EgressFact[];
}
export const NAMES_EGRESS = evidenceKey<EgressFacts>('names.egress', 1);

const MARKETPLACE = 'https://marketplace.dify.ai';
/** pip's own index, and where it sends clients for the files. */
const INDEX = 'https://pypi.org/simple';
const FILES = 'https://files.pythonhosted.org';

/**
 * What this deployment asks for outside, by what is rendered: the marketplace, unless it is off; and Python's packages, from the mirror where one is named. Where
 * the marketplace is off and no mirror is named, whoever installs plugins brings everything along (an air-gapped deployment): nothing is asked for.
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
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return [];
  const proxy = proxyFor(own, new URL(url));
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
