import { stringify } from 'yaml';
import { parseDeployment } from '../src/deployment/load.ts';
import { rendered as renderedForCompose } from '../test/render/compose/rendering.ts';
import { rendered as renderedForKubernetes } from '../test/render/kubernetes/support/rendering.ts';
import { SAMPLE_FILES } from '../test/support/deployments.ts';
import type { Measured } from './measure.ts';

/** Times parsing and rendering, for one sample of each target. The first, cold run is included. */
export function measureRenders(rounds: number): Measured[] {
  return (['prod-kubernetes-s3-qdrant', 'test-compose-bundled'] as const).map((name) => {
    const text = stringify(SAMPLE_FILES[name]);
    const runs = Array.from({ length: rounds }, () => {
      const began = performance.now();
      const { deployment } = parseDeployment(text, { source: 'difyctl.yaml' });
      if (deployment.target.type === 'compose') renderedForCompose(deployment);
      else renderedForKubernetes(deployment);
      return performance.now() - began;
    }).sort((a, b) => a - b);
    return { name, runs, medianMs: runs[Math.floor(rounds / 2)] ?? Number.NaN };
  });
}
