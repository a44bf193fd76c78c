import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { NAMES_SETTINGS, type NamesSettings } from '../../../src/evidence/names/settings.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';

const READ = 'nginx.ingress.kubernetes.io/proxy-read-timeout';
const NGINX = { place: 'nginx', value: '3600s' };

function timeouts(timeLimits: NamesSettings['timeLimits'], api: Readonly<Record<string, string>> = {}) {
  const settings: NamesSettings = {
    variables: { api },
    bodyLimits: [],
    internalHosts: [],
    ...(timeLimits === undefined ? {} : { timeLimits }),
  };
  const { status, message } = judged(checkOf('names.timeouts'), {
    deployment: sampleDeployment('prod-kubernetes-s3-qdrant'),
    seen: [[NAMES_SETTINGS, settings]],
  });
  return [status, message];
}

describe('names.timeouts', () => {
  test.each<[string, NamesSettings['timeLimits'], Readonly<Record<string, string>>, readonly string[]]>([
    ['an hour', [NGINX, { place: READ, value: '3600' }], {}, ['pass', 'an answer may take 1200 s']],
    [
      'a minute',
      [NGINX, { place: READ, value: '60' }, { place: 'HTTPRoute', value: '15s' }],
      {},
      [
        'warn',
        `${READ} waits 60 s and HTTPRoute waits 15 s, and WORKFLOW_MAX_EXECUTION_TIME allows 1200 s: a longer answer without streaming ends with 504`,
      ],
    ],
    [
      'longer runs',
      [NGINX],
      { APP_MAX_EXECUTION_TIME: '36000' },
      [
        'warn',
        'nginx waits 3600 s, and APP_MAX_EXECUTION_TIME allows 36000 s: a longer answer without streaming ends with 504',
      ],
    ],
    [
      'no limit, and one that is not a time',
      [
        { place: READ, value: '0' },
        { place: 'nginx', value: 'x' },
      ],
      {},
      ['pass', 'an answer may take 1200 s'],
    ],
    ['evidence of an older difyctl', undefined, {}, ['pass', 'an answer may take 1200 s']],
  ])('%s', (_, limits, api, expected) => {
    expect(timeouts(limits, api)).toEqual(expected);
  });
});

describe('names.forwarded', () => {
  const verdict = (over: JsonObject) => {
    const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'], ...over });
    const { status, message } = judged(checkOf('names.forwarded'), { deployment });
    return [status, message];
  };
  const fixed = 'the chart’s nginx sends X-Forwarded-Proto: http, which no value of the chart changes'.replace(
    '’',
    "'",
  );

  test('says what cannot be changed, and that Dify does not read it', () => {
    expect(verdict({})).toEqual(['pass', `${fixed}; Dify does not read it, and builds addresses from urls`]);
  });

  test('says if a load balancer may hide the addresses of clients', () => {
    expect(verdict({ target: { type: 'kubernetes', loadBalancer: {} } })).toEqual([
      'pass',
      `${fixed}; Dify does not read it, and builds addresses from urls; the Service has no externalTrafficPolicy, so the access log may have addresses of nodes in place of clients`,
    ]);
  });

  test('warns if Dify reads it', () => {
    const api = { extraEnv: { RESPECT_XFORWARD_HEADERS_ENABLED: true } };
    expect(verdict({ components: { api } })).toEqual([
      'warn',
      `${fixed}, and with RESPECT_XFORWARD_HEADERS_ENABLED Dify trusts it: addresses that it builds from a request begin with http:`,
    ]);
  });
});
