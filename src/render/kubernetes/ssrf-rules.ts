import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { squidRules } from '../squid-config.ts';

/** Key of the Secret that holds squid's rules. They are not secret, but in the Secret changed rules roll the proxy. */
export const SSRF_RULES_KEY = 'ssrf-proxy-rules.conf';
/** The folder that the chart's squid.conf includes. */
export const SQUID_INCLUDES = '/etc/squid/conf.d';
const VOLUME = 'difyctl-ssrf-rules';

/** The rules by their key in the Secret. */
export function ssrfRules(isEnabled: boolean): Readonly<Record<string, string>> {
  return isEnabled ? { [SSRF_RULES_KEY]: squidRules() } : {};
}

/**
 * The volume and mount of the rules in squid's include folder; they hide the image's own files. Empty for other
 * components.
 */
export function ssrfRuleVolumes(component: ComponentName, secretName: string): JsonObject {
  if (component !== 'ssrfProxy') return {};
  return {
    extraVolumes: [{ name: VOLUME, secret: { secretName, items: [{ key: SSRF_RULES_KEY, path: 'difyctl.conf' }] } }],
    extraVolumeMounts: [{ name: VOLUME, mountPath: SQUID_INCLUDES, readOnly: true }],
  };
}
