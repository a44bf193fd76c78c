import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { boundedJson } from '../base/bounded-json.ts';
import { boundedYaml, YamlFault } from '../base/bounded-yaml.ts';
import { UserError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { readTextIfThere } from '../base/read-text.ts';
import { shellWord } from '../base/shell-word.ts';
import { readTarGz } from '../base/tar.ts';
import type { ChartFacts } from '../render/rendered.ts';

/**
 * Bytes of a packed chart: helm stores a chart in a Secret of at most 1 MiB, so that no installable chart is as large.
 */
const ARCHIVE_LIMIT = 16 * 2 ** 20;

/**
 * Reads name, version, values and schema of a chart, from a folder or a .tgz. Throws UserError with the path of the
 * chart and what is wrong with it; the message repeats nothing of its content.
 */
export async function readChartFacts(path: string): Promise<ChartFacts> {
  const read = await chartFiles(path);
  const chart = yamlObject(await read('Chart.yaml'), path, 'Chart.yaml');
  if (chart === undefined) throw broken(path, 'it contains no Chart.yaml');
  const schema = await read('values.schema.json');
  return {
    name: needed(chart, 'name', path),
    version: needed(chart, 'version', path),
    appVersion: String(chart.appVersion ?? ''),
    values: yamlObject(await read('values.yaml'), path, 'values.yaml') ?? {},
    schema: schema === undefined ? undefined : schemaObject(schema, path),
  };
}

type ReadFile = (name: string) => Promise<string | undefined>;

async function chartFiles(path: string): Promise<ReadFile> {
  const kind = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (kind === undefined) throw broken(path, 'it does not exist');
  if (kind.isDirectory()) return (name) => readTextIfThere(join(path, name));
  if (!kind.isFile()) throw broken(path, 'it is neither a folder nor a file');
  const files = await archiveFiles(path, kind);
  // helm packs a chart below one folder with the chart's name; deeper Chart.yaml files belong to subcharts.
  const top = [...files.keys()].find((name) => /^[^/]+\/Chart\.yaml$/.test(name))?.replace(/Chart\.yaml$/, '');
  return async (name) => (top === undefined ? undefined : files.get(top + name));
}

async function archiveFiles(path: string, { size }: Stats): Promise<ReadonlyMap<string, string>> {
  const next = [`tar tzf ${path} lists its content; helm package creates a chart archive`];
  if (size > ARCHIVE_LIMIT) throw new UserError(`${path} is larger than 16 MiB, too large for a chart`, { next });
  if (size === 0) throw new UserError(`${path} is not a packed chart: it is empty`, { next });
  try {
    return readTarGz(await readFile(path), isOwnFile);
  } catch (cause) {
    if (!(cause instanceof Error) || 'code' in cause) throw cause;
    throw new UserError(`${path} is not a packed chart: it ${cause.message}`, { cause, next });
  }
}

/** True for the three files at the top of the chart that are read; false for templates and subcharts. */
function isOwnFile(name: string): boolean {
  return /^[^/]+\/(?:Chart\.yaml|values\.yaml|values\.schema\.json)$/.test(name);
}

function yamlObject(text: string | undefined, path: string, name: string): JsonObject | undefined {
  if (text === undefined) return undefined;
  const document = parsedYaml(text, path, name) ?? {};
  if (!isObject(document)) throw broken(path, `${name} does not contain keys and values`);
  return document as JsonObject;
}

function parsedYaml(text: string, path: string, name: string): unknown {
  try {
    const [document, ...others] = boundedYaml(text);
    if (others.length === 0) return document;
  } catch (cause) {
    throw cause instanceof YamlFault ? broken(path, `${name} ${cause.message}`, cause) : cause;
  }
  throw broken(path, `${name} contains more than one YAML document`);
}

function schemaObject(text: string, path: string): JsonObject {
  try {
    const document: unknown = boundedJson(text);
    if (isObject(document)) return document as JsonObject;
  } catch (cause) {
    throw broken(path, 'values.schema.json is not valid JSON', cause);
  }
  throw broken(path, 'values.schema.json is not a JSON Schema: it does not contain keys and values');
}

function needed(chart: JsonObject, key: 'name' | 'version', path: string): string {
  const value = chart[key];
  if (typeof value === 'string' && value !== '') return value;
  // YAML reads `version: 1` and `version: 0.38` as numbers; helm accepts them as text.
  if (key === 'version' && typeof value === 'number') return String(value);
  throw broken(path, `Chart.yaml has no ${key}`);
}

function broken(path: string, observed: string, cause?: unknown): UserError {
  return new UserError(`${path} is not a chart: ${observed}`, {
    ...(cause === undefined ? {} : { cause }),
    next: [
      'set --target-chart-path to a folder with a Chart.yaml, or to a .tgz that helm pull or helm package wrote',
      `helm show chart ${shellWord(path)}`,
    ],
  });
}
