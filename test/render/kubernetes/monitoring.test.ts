import { describe, expect, test } from 'vitest';
import { at, listAt, textAt } from '../../../src/base/json-path.ts';
import { ownLabels } from '../../../src/base/own-labels.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const objectsOf = (monitoring: object, target: object = {}) =>
  rendered(kubernetesDeployment({ target: { type: 'kubernetes', namespace: 'ai', monitoring, ...target } })).manifests;

test('without the field neither is rendered', () => {
  expect(objectsOf({})).toEqual([]);
});

describe('rules', () => {
  test('alert on the Deployments of the release, under the labels of the file', () => {
    const [object, ...others] = objectsOf({ rules: true, labels: { release: 'prometheus' } });
    expect(others).toEqual([]);
    expect(object).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'dify', namespace: 'ai', labels: { ...ownLabels('dify'), release: 'prometheus' } },
    });
    const rules = listAt(object, 'spec', 'groups').flatMap((group) => listAt(group, 'rules'));
    expect(rules.map((rule) => textAt(rule, 'alert'))).toEqual([
      'DifyComponentDown',
      'DifyReplicasMissing',
      'DifyRestarts',
      'DifyPodPending',
      'DifyDrainBlocked',
      'DifyAutoscalerAtMaximum',
      'DifyVolumeFull',
    ]);
    const names =
      '(dify-api|dify-worker|dify-beat|dify-api-websocket|dify-web|dify-sandbox|dify-ssrf-proxy|dify-plugin-daemon|dify-agent-backend|dify-local-sandbox|dify-proxy)';
    const of = `{namespace="ai",deployment=~"${names}"}`;
    expect(rules[0]).toEqual({
      alert: 'DifyComponentDown',
      expr: `kube_deployment_status_replicas_available${of} == 0 and kube_deployment_spec_replicas${of} > 0`,
      for: '2m',
      labels: { severity: 'critical' },
      annotations: {
        summary: 'No pod of {{ $labels.deployment }} is available',
        description: 'First step: kubectl -n {{ $labels.namespace }} describe deployment {{ $labels.deployment }}',
      },
    });
  });

  test('watch the certificate that cert-manager creates', () => {
    const tls = { secretName: 'dify-tls', issuer: { kind: 'ClusterIssuer', name: 'letsencrypt' } };
    const [object] = objectsOf({ rules: true }, { ingress: { tls } });
    const rules = listAt(object, 'spec', 'groups').flatMap((group) => listAt(group, 'rules'));
    expect(at(rules.at(-1), 'expr')).toBe(
      'certmanager_certificate_expiration_timestamp_seconds{namespace="ai"} - time() < 14 * 86400',
    );
  });
});

describe('the dashboard', () => {
  const [object] = objectsOf({ dashboard: true });
  const content = JSON.parse(textAt(object, 'data', 'dify.json'));

  test('is a ConfigMap that Grafana’s sidecar finds', () => {
    expect(object).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'dify-dashboard', namespace: 'ai', labels: { grafana_dashboard: '1' } },
    });
    expect(content).toMatchObject({ uid: 'difyctl-dify', title: 'Dify: dify' });
  });

  test('places two panels side by side', () => {
    expect(content.panels.map((panel: unknown) => [textAt(panel, 'title'), at(panel, 'gridPos')])).toEqual([
      ['Available pods', { x: 0, y: 0, w: 12, h: 8 }],
      ['Missing pods', { x: 12, y: 0, w: 12, h: 8 }],
      ['Restarts in an hour', { x: 0, y: 8, w: 12, h: 8 }],
      ['CPU', { x: 12, y: 8, w: 12, h: 8 }],
      ['Memory', { x: 0, y: 16, w: 12, h: 8 }],
      ['Throttled CPU periods', { x: 12, y: 16, w: 12, h: 8 }],
    ]);
  });

  test('leaves no placeholder in an expression', () => {
    const all = objectsOf({ rules: true, dashboard: true });
    expect(JSON.stringify(all)).not.toMatch(/\$(NAMESPACE|NAMES|PODS)/);
  });
});
