import { execFileSync } from 'node:child_process';

/** `helm template` of a chart folder with a values.yaml as text. */
export function helmTemplate(helm: string, chart: string, release: string, namespace: string, values: string): string {
  return execFileSync(helm, ['template', release, chart, '--namespace', namespace, '--values', '-'], {
    input: values,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
