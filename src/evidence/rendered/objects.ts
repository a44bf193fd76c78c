import { type ChartReference, chartArgs } from '../../exec/helm.ts';
import type { RenderedKubernetes } from '../../render/rendered.ts';
import { CLUSTER_VERSION } from '../cluster/version.ts';
import { type CollectContext, CollectionError, type Collector, type Need, type SharedRead } from '../evidence.ts';
import { shared } from '../read-once.ts';
import { composeSet } from './compose.ts';
import { renderedSet } from './kubernetes.ts';
import { notRendered } from './not-rendered.ts';
import { RENDERED_OBJECTS, type RenderedSet } from './set.ts';

/**
 * What an install would create. For Kubernetes, helm renders the chart on this machine, so that no cluster is needed.
 */
export const renderedObjectsCollector: Collector<RenderedSet> = {
  key: RENDERED_OBJECTS,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const { rendered } = context;
    if (rendered === undefined) throw notRendered(context.renderFault);
    if (rendered.target === 'compose') return composeSet(rendered.project);
    const { name, externalKeys } = rendered.secret;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
    const own = externalKeys === undefined ? [...rendered.manifests, secret] : rendered.manifests;
    return renderedSet([...(await shared(chartObjects, context, need)), ...own]);
  },
};

/**
 * What helm renders from the chart with the rendered values, without hooks. Throws CollectionError without a chart,
 * ExternalError if helm fails.
 */
export const chartObjects: SharedRead<readonly unknown[]> = async (context, need) => {
  const { chart, rendered } = context;
  if (rendered?.target !== 'kubernetes') throw notRendered(context.renderFault);
  if (chart === undefined) throw new CollectionError('absent', 'the chart');
  const manifest = await template(context, rendered, chart, await kubeVersion(need));
  // Imported here, so that the YAML parser is loaded only if needed.
  const { documentsOf } = await import('./documents.ts');
  return documentsOf(manifest);
};

/**
 * The cluster's version for helm, because charts may render differently for an older cluster. Empty if no cluster
 * answers: helm uses its default.
 */
async function kubeVersion(need: Need): Promise<readonly string[]> {
  const version = await need(CLUSTER_VERSION).then(
    (fact) => /^v?\d+\.\d+\.\d+/.exec(fact.gitVersion)?.[0],
    () => undefined,
  );
  return version === undefined ? [] : ['--kube-version', version];
}

async function template(
  { deployment, runner, signal }: CollectContext,
  rendered: RenderedKubernetes,
  chart: ChartReference,
  more: readonly string[],
): Promise<string> {
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  const [name = '', ...rest] = chartArgs(chart);
  const args = ['template', deployment.name, name, ...rest, '-n', deployment.target.namespace, '-f', '-', '--no-hooks'];
  // JSON is valid YAML. Standard input leaves no values file behind.
  const input = JSON.stringify(rendered.values);
  const { stdout } = await runner.run('helm', [...args, ...more], { input, signal, timeoutMs: 110_000 });
  return stdout;
}
