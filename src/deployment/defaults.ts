import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { parseUrl } from '../base/url.ts';
import { type DefaultSetNumber, FIRST_SET } from '../checklist/default-sets.ts';
import { difyProfile } from '../versions/dify-profile.ts';
import { formatPath, type Path, readPath, withPath } from './paths.ts';

/** A default that depends on other fields of the file. A default that is always the same is in the schema. */
interface DefaultRule {
  readonly path: string;
  /** Undefined: no default for this file. */
  readonly value: Json | ((file: JsonObject) => Json | undefined);
  /** The values that other paths must have, including defaults applied so far. */
  readonly when: Readonly<Record<string, string>>;
}

/**
 * The rules of `defaults: 1`, which never change. In `prod`, the data services are external and their addresses are
 * required. RTO and RPO have no default there, because only the operator knows them. The order matters: a later rule
 * sees the values of earlier ones.
 */
const RULES_1: readonly DefaultRule[] = [
  { path: 'postgres.mode', value: 'external', when: { tier: 'prod' } },
  { path: 'redis.mode', value: 'external', when: { tier: 'prod' } },
  { path: 'objectStorage.provider', value: 's3', when: { tier: 'prod' } },
  { path: 'vectorStore.mode', value: 'external', when: { tier: 'prod' } },
  { path: 'postgres.mode', value: 'bundled', when: { tier: 'test' } },
  { path: 'redis.mode', value: 'bundled', when: { tier: 'test' } },
  { path: 'objectStorage.provider', value: 'local', when: { tier: 'test' } },
  { path: 'vectorStore.mode', value: 'bundled', when: { tier: 'test' } },
  // A test deployment usually has one node and the default class, which often supports only ReadWriteOnce.
  ...[['test', 'ReadWriteOnce'] as const, ['prod', 'ReadWriteMany'] as const].map(([tier, value]) => ({
    path: 'objectStorage.local.accessMode',
    value,
    when: { tier, 'target.type': 'kubernetes', 'objectStorage.provider': 'local' },
  })),
  { path: 'logging.format', value: 'json', when: { tier: 'prod' } },
  { path: 'target.networkPolicy.enabled', value: true, when: { tier: 'prod', 'target.type': 'kubernetes' } },
  { path: 'target.chart.version', value: chartVersion, when: { 'target.type': 'kubernetes' } },
  { path: 'vectorStore.provider', value: 'qdrant', when: { 'vectorStore.mode': 'external' } },
  { path: 'mail.provider', value: 'none', when: {} },
  ...['console', 'api', 'app', 'files'].map((part) => ({
    path: `urls.${part}`,
    value: localUrl,
    when: { tier: 'test', 'target.type': 'compose' },
  })),
];

export type DefaultRules = Readonly<Record<number, readonly DefaultRule[]>>;

/** The rules by number of the default set. `DEFAULT_SETS` has the sizes. */
const DEFAULT_RULES: Readonly<Record<DefaultSetNumber, readonly DefaultRule[]>> = { 1: RULES_1 };

/**
 * True if a default of any set and target fills the field or a field below it, so that the file may leave it out. A
 * default that depends on the section itself, such as `target.chart.version` on `target.type`, does not fill that
 * section.
 */
export function isDefaulted(path: Path): boolean {
  const name = formatPath(path);
  const holds = (field: string): boolean => field === name || field.startsWith(`${name}.`);
  return Object.values(DEFAULT_RULES)
    .flat()
    .some((rule) => holds(rule.path) && !Object.keys(rule.when).some(holds));
}

/**
 * Adds the defaults of the file's default set, tier and target. Existing values are kept. A section that is not an
 * object is left unchanged, and an unknown set gets the rules of the first; the schema refuses both.
 */
export function withDefaults(file: JsonObject, sets: DefaultRules = DEFAULT_RULES): JsonObject {
  const rules = sets[typeof file.defaults === 'number' ? file.defaults : FIRST_SET] ?? sets[FIRST_SET] ?? [];
  return rules.reduce((filled, rule) => (applies(rule, filled) ? fill(filled, rule) : filled), file);
}

function applies({ when }: DefaultRule, file: JsonObject): boolean {
  return Object.entries(when).every(([path, value]) => readPath(file, path.split('.')) === value);
}

function fill(file: JsonObject, { path, value }: DefaultRule): JsonObject {
  const keys = path.split('.');
  const [section] = keys;
  const present = section === undefined ? undefined : file[section];
  if (present !== undefined && !isObject(present)) return file;
  if (readPath(file, keys) !== undefined) return file;
  const filled = typeof value === 'function' ? value(file) : value;
  return filled === undefined ? file : (withPath(file, keys, filled) as JsonObject);
}

/**
 * The newest chart of the community repository that installs this release of Dify. Undefined for a chart from another
 * source, which has its own versions.
 */
function chartVersion(file: JsonObject): string | undefined {
  const { version } = file;
  const chart = readPath(file, ['target', 'chart']);
  const isOther = chart !== undefined && (!isObject(chart) || ['repo', 'path', 'oci'].some((key) => key in chart));
  return isOther || typeof version !== 'string' ? undefined : difyProfile(version)?.charts[0];
}

/** The address of Compose's nginx for a browser on the same machine. */
function localUrl(file: JsonObject): string {
  const tls = readPath(file, ['target', 'tls']) !== undefined;
  const port = readPath(file, ['target', tls ? 'httpsPort' : 'httpPort']);
  const scheme = tls ? 'https' : 'http';
  const usual = tls ? 443 : 80;
  // An invalid port is reported at its own path, not also in four URLs.
  return port === usual || parseUrl(`${scheme}://localhost:${String(port)}`) === undefined
    ? `${scheme}://localhost`
    : `${scheme}://localhost:${String(port)}`;
}
