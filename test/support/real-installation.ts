import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { Cluster } from '../testbed/cluster/cluster.ts';
import { CHART } from './chart.ts';
import type { TempWorkspace } from './difyctl.ts';

/** The images that the real node of a cluster has. */
const loaded = new WeakMap<Cluster, Set<string>>();

/** Renders the deployment and gives the real node the images of the chart: no registry is reachable from it. */
export async function loadImages(cluster: Cluster, place: TempWorkspace): Promise<void> {
  const { tools, realNode } = cluster;
  const rendered = await place.run('render', '--out', 'rendered');
  expect(rendered, rendered.stderr).toMatchObject({ code: 0 });
  const args = ['template', 'dify', CHART, '--values', join(place.folder, 'rendered', 'values.yaml')];
  const { stdout } = await execa(tools.helm4 ?? '', args, { stdin: 'ignore' });
  const images = [...stdout.matchAll(/^\s*(?:- )?image: "?([^\s"]+)"?$/gm)].map(([, image = '']) => image);
  const known = loaded.get(cluster) ?? new Set();
  loaded.set(cluster, known);
  await realNode?.loadImages(images.filter((image) => !known.has(image)));
  for (const image of images) known.add(image);
}

const GREEN_CHECKS = [
  ...['workloads', 'images', 'health', 'ping', 'setup', 'web', 'routes'],
  ...['schema', 'workers', 'queues', 'beat', 'sandbox', 'plugin-daemon', 'ssrf-proxy', 'egress'],
  ...['drift', 'keys', 'endpoints', 'upload', 'websocket', 'streaming', 'forwarded', 'budgets'],
];

/**
 * What `statuses` contains of a healthy installation. Without app.restarts: a process that starts before its database
 * ends, and is started again.
 */
export const GREEN: Readonly<Record<string, string>> = Object.fromEntries(
  GREEN_CHECKS.map((name) => [`app.${name}`, 'pass']),
);

/** The status of each check by its id. */
export function statuses(checks: CheckReport | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((checks?.checks ?? []).map(({ id, status }) => [id, status]));
}

const OFTEN = { initialDelaySeconds: 1, periodSeconds: 2 } as const;
const OWN = { customReadinessProbe: { periodSeconds: 2 } } as const;

/**
 * `extraValues` whose probes ask every 2 s whether a process is ready. With those of the chart, the first answer may
 * come 40 s after the start.
 */
export const QUICK_PROBES = {
  api: { startupProbe: OFTEN, readinessProbe: OFTEN },
  ...Object.fromEntries(
    ['apiWebsocket', 'web', 'sandbox', 'agentBackend', 'localSandbox'].map((name) => [name, { readinessProbe: OFTEN }]),
  ),
  pluginDaemon: { ...OWN, customStartupProbe: { periodSeconds: 2 } },
  proxy: OWN,
  ssrfProxy: OWN,
};
