import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { squidRules } from '../squid-config.ts';

/** Key of the Secret that holds squid's rules. They are no secret, but so they share the Secret's life: other rules roll the proxy. */
export const SSRF_RULES_KEY = 'ssrf-proxy-rules.conf';
/** Where the chart's squid.conf includes more from. */
export const SQUID_INCLUDES = '/etc/squid/conf.d';
const VOLUME = 'difyctl-ssrf-rules';

/** The rules by their key in the Secret. */
export function ssrfRules(isEnabled: boolean): Readonly<Record<string, string>> {
  return isEnabled ? { [SSRF_RULES_KEY]: squidRules() } : {};
}

/** The volume and mount that put the rules where squid reads them, in place of the image's own. */
export function ssrfRuleVolumes(component: ComponentName, secretName: string): JsonObject {
  if (component !== 'ssrfProxy') return {};
  return {
    extraVolumes: [{ name: VOLUME, secret: { secretName, items: [{ key: SSRF_RULES_KEY, path: 'difyctl.conf' }] } }],
    extraVolumeMounts: [{ name: VOLUME, mountPath: SQUID_INCLUDES, readOnly: true }],
  };
}
