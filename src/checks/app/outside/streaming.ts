import { BUFFERING } from '../../../evidence/app/outside/ingress-buffering.ts';
import type { NginxRule } from '../../../evidence/app/outside/nginx-config.ts';
import { APP_PROXIES, type LiveIngress } from '../../../evidence/app/outside/proxies.ts';
import type { Check } from '../../check.ts';
import { listed } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { type Seen, summed } from './summary.ts';

const EXPECTED = 'answers passed on as they come';

/**
 * Checks that no server collects event streams. No path of Dify streams without a login, so the settings of the servers
 * that difyctl can read are the evidence.
 */
export const appStreaming: Check = {
  id: 'app.streaming',
  title: 'no server in front of the API holds events back',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_PROXIES],
  remedy: 'set proxy_buffering off in nginx; difyctl install restores the rendered configuration',
  judge: (context) => {
    const { simulated, nginx, ingresses } = context.evidence(APP_PROXIES);
    const seen = [...(nginx === undefined ? [] : nginxSeen(nginx.rules)), ...ingresses.map(ingressSeen)];
    if (seen.length > 0) return summed(seen, EXPECTED);
    const reason = simulated ?? 'neither nginx nor an Ingress of this deployment is in front of the API';
    return { status: 'skip', observed: reason, expected: EXPECTED, message: reason };
  },
};

function nginxSeen(rules: readonly NginxRule[]): readonly Seen[] {
  // app.routes reports a rule that is missing.
  const found = rules.filter(({ location }) => location !== '');
  const slow = [...new Set(found.filter(({ buffers }) => buffers).map(({ location }) => location))];
  if (found.length === 0) return [{ subject: 'nginx', status: 'unknown', observed: 'its rules cannot be read' }];
  if (slow.length === 0) return [{ subject: 'nginx', status: 'pass', observed: 'proxy_buffering is off' }];
  return [{ subject: 'nginx', status: 'fail', observed: `proxy_buffering is on in location ${listed(slow)}` }];
}

function ingressSeen({ name, controller, annotations }: LiveIngress): Seen {
  const subject = `Ingress ${name}`;
  const rule = BUFFERING.find((one) => one.controller === controller);
  if (rule === undefined) {
    const who = controller === '' ? 'an unknown controller' : controller;
    return { subject, status: 'pass', observed: `${who} is not known to buffer` };
  }
  const value = annotations[rule.annotation];
  const buffers = value === undefined ? rule.byDefault : rule.on.includes(value);
  if (!buffers) return { subject, status: 'pass', observed: 'buffering is off' };
  const observed = value === undefined ? `${controller} buffers by default` : `${rule.annotation} is ${value}`;
  return {
    subject,
    status: 'fail',
    observed,
    remedy: `set the annotation ${rule.annotation}: "${rule.off}" in target.ingress.annotations`,
  };
}
