import { RENDERED_OBJECTS } from '../evidence/rendered/set.ts';
import { componentFullName, releaseNames } from '../render/kubernetes/names.ts';
import type { JudgeContext } from './check.ts';
import { deploymentOf } from './judgement.ts';

/** The name of the community chart, for a chart in a folder that could not be rendered. */
const COMMUNITY = 'dify';

/**
 * The beginning of a command line; it runs the words after it in a container of the installed api. The check lists
 * RENDERED_OBJECTS in `optional`: the rendered set has the name of the Deployment, whatever the chart is called.
 */
export function execInApi(context: JudgeContext): string {
  const deployment = deploymentOf(context);
  const { name, target } = deployment;
  if (target.type === 'compose') return `docker compose -p ${name} exec api`;
  const { workloads = [] } = context.optionalEvidence(RENDERED_OBJECTS)?.data ?? {};
  const rendered = workloads.find(({ component }) => component === 'api')?.name;
  const api = rendered ?? componentFullName(releaseNames(deployment, chartName(target.chart)), 'api');
  return `kubectl -n ${target.namespace} exec deploy/${api} --`;
}

/** In a registry, the last part of the address is the name of the chart (Helm docs, Registries). */
function chartName(chart: { readonly name: string } | { readonly oci: string } | { readonly path: string }): string {
  if ('name' in chart) return chart.name;
  return ('oci' in chart ? /[^/]+$/.exec(chart.oci)?.[0] : undefined) ?? COMMUNITY;
}
