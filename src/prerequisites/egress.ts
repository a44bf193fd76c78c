import { plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { DEFAULT_CHART } from '../versions/default-pair.ts';

/** A host on the internet that must be reachable, and what stops working without it. */
export interface EgressNeed {
  readonly host: string;
  readonly from: string;
  readonly why: string;
  readonly source: string;
}

interface EgressFact extends EgressNeed {
  readonly when?: (deployment: Deployment) => boolean;
}

const NODES = 'cluster nodes or Docker host';
const isPublic = ({ images }: Deployment): boolean => images?.registry === undefined;
const usesChart =
  (host: string) =>
  ({ target }: Deployment): boolean =>
    target.type === 'kubernetes' && 'repo' in target.chart && new URL(target.chart.repo).hostname === host;
const CHART_HOST = new URL(DEFAULT_CHART.repo).hostname;

/** Hosts that upstream's own defaults name, all on port 443. */
const HOSTS: readonly EgressFact[] = [
  ...['registry-1.docker.io', 'auth.docker.io', 'production.cloudflare.docker.com'].map((host) => ({
    host,
    from: NODES,
    why: 'images of Dify, nginx and squid',
    source: 'Docker Hub, allow list of its documentation',
    when: isPublic,
  })),
  {
    host: 'cr.weaviate.io',
    from: NODES,
    why: 'the image of the bundled Weaviate',
    source: 'community chart 0.38, values.yaml',
    when: (deployment) => isPublic(deployment) && deployment.vectorStore.mode === 'bundled',
  },
  {
    host: CHART_HOST,
    from: 'the machine that runs difyctl',
    why: 'the index of the chart repository',
    source: 'target.chart.repo',
    when: usesChart(CHART_HOST),
  },
  ...['github.com', 'objects.githubusercontent.com'].map((host) => ({
    host,
    from: 'the machine that runs difyctl',
    why: 'the archive of the chart that the index names',
    source: 'index.yaml of the chart repository',
    when: usesChart(CHART_HOST),
  })),
  {
    host: 'marketplace.dify.ai',
    from: 'api, worker, plugin daemon, browsers',
    why: 'installation of plugins, such as model providers',
    source: 'Dify, MARKETPLACE_API_URL and MARKETPLACE_URL',
  },
  {
    host: 'marketplace.dify.ai',
    from: 'nginx',
    why: 'what browsers request at /marketplace (marketplace.proxy)',
    source: 'Dify, MARKETPLACE_API_URL',
    when: ({ marketplace }) => marketplace?.proxy === true,
  },
  {
    host: 'updates.dify.ai',
    from: 'api',
    why: 'notice of newer versions',
    source: 'Dify, CHECK_UPDATE_URL',
    // It is rendered empty by default, so that nothing is called.
    when: (deployment) => (plannedComponents(deployment).api.extraEnv.CHECK_UPDATE_URL ?? '') !== '',
  },
  {
    host: 'tmpl.dify.ai',
    from: 'api',
    why: 'the gallery of app templates',
    source: 'Dify, HOSTED_FETCH_APP_TEMPLATES_REMOTE_DOMAIN',
  },
  ...['pypi.org', 'files.pythonhosted.org'].map((host) => ({
    host,
    from: 'plugin daemon, sandbox',
    why: 'Python packages that plugins and code nodes need (a mirror: PIP_MIRROR_URL)',
    source: 'dify-plugin-daemon, Python runtime; dify-sandbox, python-requirements.txt',
  })),
];

/** Every host on the internet that this deployment needs, in a stable order. */
export function egressNeeds(deployment: Deployment): readonly EgressNeed[] {
  const { images, target } = deployment;
  const named: EgressNeed[] = [];
  if (images?.registry !== undefined)
    named.push({ host: hostOf(images.registry), from: NODES, why: 'all images', source: 'images.registry' });
  if (target.type === 'kubernetes' && !usesChart(CHART_HOST)(deployment)) {
    const chart = 'repo' in target.chart ? target.chart.repo : 'oci' in target.chart ? target.chart.oci : undefined;
    if (chart !== undefined)
      named.push({
        host: new URL(chart).host,
        from: 'the machine that runs difyctl',
        why: 'the chart',
        source: 'target.chart',
      });
  }
  const known = HOSTS.filter(({ when }) => when === undefined || when(deployment));
  return [...named, ...known.map(({ when: _, ...need }) => need)];
}

/** `registry.example.com/dify` is on `registry.example.com`. */
function hostOf(registry: string): string {
  return registry.replace(/^\w+:\/\//, '').split('/')[0] ?? registry;
}
