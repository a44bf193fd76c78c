import { execFileSync } from 'node:child_process';
import { TEST_CHART } from './charts.ts';

/** `helm template` of the test chart with a values.yaml as text. */
export function helmTemplate(helm: string, release: string, namespace: string, values: string): string {
  return execFileSync(helm, ['template', release, TEST_CHART, '--namespace', namespace, '--values', '-'], {
    input: values,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
