import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { type DefaultSetNumber, FIRST_SET } from '../checklist/default-sets.ts';
import { difyProfile } from '../versions/dify-profile.ts';
import { formatPath, type Path, readPath, withPath } from './paths.ts';

/** A default that depends on what the file says elsewhere. What is the same everywhere stands in the schema. */
interface DefaultRule {
  readonly path: string;
  /** Undefined: no default for this file. */
  readonly value: Json | ((file: JsonObject) => Json | undefined);
  /** Paths and the values they must have, defaults applied so far included. */
  readonly when: Readonly<Record<string, string>>;
}

/**
 * The rules of `defaults: 1`, which never change. In `prod` the data services are external and their
 * addresses must be answered; RTO and RPO have no default there, since only the operator knows them. In order: a later rule sees what
 * an earlier one filled in.
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
  // A trial installs on one node with the default class, which most often can do ReadWriteOnce only.
  ...[['test', 'ReadWriteOnce'] as const, ['prod', 'ReadWriteMany'] as const].map(([tier, value]) => ({
    path: 'objectStorage.local.accessMode',
    value,
    when: { tier, 'target.type': 'kubernetes', 'objectStorage.provider': 'local' },
  })),
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

/** By the number that `defaults` names, as `DEFAULT_SETS` holds the sizes. */
const DEFAULT_RULES: Readonly<Record<DefaultSetNumber, readonly DefaultRule[]>> = { 1: RULES_1 };

/** True where some set's or target's defaults fill in the field, or something below it: no file has to hold it. */
export function isDefaulted(path: Path): boolean {
  const name = formatPath(path);
  return Object.values(DEFAULT_RULES)
    .flat()
    .some((rule) => rule.path === name || rule.path.startsWith(`${name}.`));
}

/**
 * The file with what its set of defaults, tier and target imply filled in where it is silent. What is no object, and a set that does not exist, is
 * left for the schema to refuse.
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

/** The newest chart of the community repository that installs the file's release of Dify. A chart of another place has its own version. */
function chartVersion(file: JsonObject): string | undefined {
  const { version } = file;
  const chart = readPath(file, ['target', 'chart']);
  const isOther = chart !== undefined && (!isObject(chart) || ['repo', 'path', 'oci'].some((key) => key in chart));
  return isOther || typeof version !== 'string' ? undefined : difyProfile(version)?.charts[0];
}

/** Where a browser on the same machine finds Compose's nginx. */
function localUrl(file: JsonObject): string {
  const tls = readPath(file, ['target', 'tls']) !== undefined;
  const port = readPath(file, ['target', tls ? 'httpsPort' : 'httpPort']);
  const scheme = tls ? 'https' : 'http';
  const usual = tls ? 443 : 80;
  // What is no port is refused at its own place, and not once more in four URLs.
  return port === usual || !URL.canParse(`${scheme}://localhost:${String(port)}`)
    ? `${scheme}://localhost`
    : `${scheme}://localhost:${String(port)}`;
}
