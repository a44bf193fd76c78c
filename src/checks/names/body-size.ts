import { formatBytes } from '../../base/quantity.ts';
import { PLUGIN_PACKAGE_BYTES } from '../../checklist/uploads.ts';
import type { NamesSettings } from '../../evidence/names/settings.ts';
import { largestUpload, uploadLimits } from '../../evidence/names/upload-limits.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { settingsCheck } from './settings-check.ts';

const MIB = 2 ** 20;

export const namesBodySize = settingsCheck(
  {
    id: 'names.body-size',
    title: 'every server in front of Dify allows the largest upload',
    severity: error,
    remedy: 'lower the UPLOAD_*_SIZE_LIMIT, or raise the limit of that server',
  },
  (settings) => {
    const limits = uploadLimits(settings);
    const unread = limits.filter(({ bytes }) => !Number.isFinite(bytes) || bytes <= 0);
    if (unread.length > 0) {
      const observed = listed(unread.map(({ name, value }) => `${name} is ${value}`));
      return finding('fail', { observed, expected: 'numbers: MB for UPLOAD_*, bytes for plugin packages' });
    }
    const largest = largestUpload(limits);
    const expected = `at least ${formatBytes(largest.bytes)}, as ${largest.name} allows`;
    const narrow = settings.bodyLimits.filter(({ value }) => bytesOf(value) < largest.bytes);
    if (narrow.length > 0) {
      const observed = listed(narrow.map(({ place, value }) => `${place} allows ${value}`));
      return finding('fail', {
        observed,
        expected,
        message: `${observed}, and ${largest.name} allows ${formatBytes(largest.bytes)}: larger uploads fail with 413`,
      });
    }
    const { api, daemon } = packageLimits(settings);
    if (api > daemon) {
      return finding('warn', {
        observed: `the API accepts plugin packages of ${formatBytes(api)}, the plugin daemon only of ${formatBytes(daemon)}`,
        expected: 'the same limit, or a lower one at the API',
        remedy:
          'raise MAX_PLUGIN_PACKAGE_SIZE in components.pluginDaemon.extraEnv to PLUGIN_MAX_PACKAGE_SIZE of the API',
      });
    }
    return pass(`${formatBytes(largest.bytes)} can be uploaded`, expected);
  },
);

function packageLimits({ variables }: NamesSettings): { readonly api: number; readonly daemon: number } {
  return {
    api: Number(variables.api?.PLUGIN_MAX_PACKAGE_SIZE ?? PLUGIN_PACKAGE_BYTES.api),
    daemon: Number(variables.pluginDaemon?.MAX_PLUGIN_PACKAGE_SIZE ?? PLUGIN_PACKAGE_BYTES.daemon),
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: MIB, g: 2 ** 30 };

/** Bytes of a size in nginx's notation. Infinity for 0, which means no limit, and for a value that cannot be read. */
function bytesOf(value: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(value.trim());
  const bytes = match === null ? 0 : Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1);
  return bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
}
