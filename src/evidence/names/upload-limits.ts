import { PLUGIN_PACKAGE_BYTES, UPLOAD_LIMITS_MB } from '../../checklist/uploads.ts';
import type { NamesSettings } from './settings.ts';

const MIB = 2 ** 20;

/** One kind of upload, and the setting that limits it. `bytes` is NaN if the value is not a number. */
export interface UploadLimit {
  readonly name: string;
  readonly value: string;
  readonly bytes: number;
}

/** Everything that users may upload, by the rendered settings and Dify's defaults. */
export function uploadLimits(settings: NamesSettings): readonly UploadLimit[] {
  const { api = {}, pluginDaemon = {} } = settings.variables;
  const set = Object.entries(api).filter(([name]) => /^UPLOAD_\w*FILE_SIZE_LIMIT$/.test(name));
  const limits = { ...UPLOAD_LIMITS_MB, ...Object.fromEntries(set) };
  const uploads = Object.entries(limits).map(([name, value]) => ({
    name,
    value: String(value),
    bytes: Number(value) * MIB,
  }));
  const plugin = pluginDaemon.MAX_PLUGIN_PACKAGE_SIZE ?? String(PLUGIN_PACKAGE_BYTES.daemon);
  return [...uploads, { name: 'MAX_PLUGIN_PACKAGE_SIZE', value: plugin, bytes: Number(plugin) }];
}

/** The largest upload. */
export function largestUpload(limits: readonly UploadLimit[]): UploadLimit {
  return limits.reduce((most, limit) => (limit.bytes > most.bytes ? limit : most));
}
