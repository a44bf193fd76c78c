import { parseUrl } from '../../base/url.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { plannedOf } from '../planned.ts';
import { warning } from '../when.ts';
import { settingsCheck } from './settings-check.ts';

export const namesSsrfProxy = settingsCheck(
  {
    id: 'names.ssrf-proxy',
    title: 'requests of apps go through the rendered SSRF proxy',
    severity: warning,
    remedy: 'remove the SSRF_ variables from extraEnv, and keep components.ssrfProxy enabled',
  },
  (settings, context) => {
    const { variables, internalHosts } = settings;
    const deployment = deploymentOf(context);
    const expected = 'the rendered proxy for both api and worker';
    const planned = plannedOf(context);
    const isOn = planned.ssrfProxy.enabled;
    const ineffective = (['api', 'worker', 'ssrfProxy'] as const).flatMap((component) =>
      Object.keys(planned[component].extraEnv).filter((name) => /ALLOW_PRIVATE|PRIVATE_(IPS|DOMAINS)/.test(name)),
    );
    if (ineffective.length > 0) {
      return finding('warn', {
        observed: `${listed([...new Set(ineffective)])} has no effect: the rendered proxy reads no variables and refuses private addresses`,
        expected,
        remedy:
          'reach internal hosts by a public name that resolves to a public address, or run your own proxy and set it in SSRF_PROXY_HTTP_URL and SSRF_PROXY_HTTPS_URL',
      });
    }
    const named = ['SSRF_PROXY_HTTP_URL', 'SSRF_PROXY_HTTPS_URL'].flatMap((name) => [
      variables.api?.[name] ?? '',
      variables.worker?.[name] ?? '',
    ]);
    if (new Set(named).size > 1 && deployment.target.type === 'compose') {
      return finding('warn', { observed: 'api and worker, or http and https, use different proxies', expected });
    }
    const own = named.find((value) => value !== '' && !internalHosts.includes(hostOf(value)));
    if (own !== undefined) return pass(`your own proxy: ${own}`, expected);
    if (isOn && settings.isGuarded === false) {
      return finding('warn', {
        observed: 'the rendered proxy allows private addresses: apps can fetch cloud metadata through it',
        expected: 'a proxy whose rules refuse private addresses',
        remedy: 'remove extraVolumes and extraVolumeMounts of ssrfProxy from extraValues: difyctl renders the rules',
      });
    }
    if (isOn) return pass('the proxy refuses private addresses to apps', expected);
    if (context.tier === 'test') return pass('no SSRF proxy in test', expected);
    return finding('warn', {
      observed:
        'components.ssrfProxy is off: apps can fetch everything that the API can reach, including cloud metadata',
      expected,
    });
  },
);

function hostOf(value: string): string {
  return parseUrl(value)?.hostname ?? '';
}
