import { type ChartReference, chartArgs } from '../../exec/helm.ts';
import type { RenderedKubernetes } from '../../render/rendered.ts';
import { CLUSTER_VERSION } from '../cluster/version.ts';
import { type CollectContext, CollectionError, type Collector, type Need } from '../evidence.ts';
import { composeSet } from './compose.ts';
import { renderedSet } from './kubernetes.ts';
import { RENDERED_OBJECTS, type RenderedSet } from './set.ts';

/** What would be made. For Kubernetes helm renders the chart on this machine, so that it can be judged before any cluster answers. */
export const renderedObjectsCollector: Collector<RenderedSet> = {
  key: RENDERED_OBJECTS,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const { rendered } = context;
    if (rendered === undefined) throw new CollectionError('absent', context.renderFault ?? 'a deployment file');
    if (rendered.target === 'compose') return composeSet(rendered.project);
    const { name } = rendered.secret;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
    return renderedSet([...(await chartObjects(context, rendered, need)), ...rendered.manifests, secret]);
  },
};

/** What the chart makes of the rendered values, hooks left out. Throws EvidenceMissing without a chart, ExternalError where helm cannot render it. */
export async function chartObjects(
  context: CollectContext,
  rendered: RenderedKubernetes,
  need: Need,
): Promise<readonly unknown[]> {
  const { chart } = context;
  if (chart === undefined) throw new CollectionError('absent', 'the chart');
  const manifest = await template(context, rendered, chart, await kubeVersion(need));
  // A YAML parser is loaded only where there is something to parse.
  const { documentsOf } = await import('./documents.ts');
  return documentsOf(manifest);
}

/** Charts may render differently for an older cluster; helm takes its own default where none answers. */
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
  // JSON is YAML; by standard input no file of values is left behind.
  const input = JSON.stringify(rendered.values);
  const { stdout } = await runner.run('helm', [...args, ...more], { input, signal, timeoutMs: 110_000 });
  return stdout;
}
