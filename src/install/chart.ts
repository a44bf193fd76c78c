import type { Stats } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ExternalError, UserError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { readTextIfThere } from '../base/read-text.ts';
import { readTarGz } from '../base/tar.ts';
import type { KubernetesTarget } from '../deployment/schema/target.ts';
import type { ChartReference, Helm } from '../exec/helm.ts';
import type { ChartFacts } from '../render/rendered.ts';

/** A chart on this machine: what helm is given, and the chart's own word on what it takes. */
export interface LocalChart {
  /** A folder or a .tgz. */
  readonly reference: ChartReference;
  readonly facts: ChartFacts;
  /** Removes what was downloaded for this run. */
  dispose(): Promise<void>;
}

export interface LoadChartOptions {
  readonly chart: KubernetesTarget['chart'];
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  readonly helm: Helm;
  readonly signal: AbortSignal;
}

/**
 * The chart and its facts. One of a repository or registry is downloaded once per run, so that plan and apply use the same bytes. The facts are read
 * from values.yaml, Chart.yaml and values.schema.json, which is what `helm show` prints. Throws UserError where the path holds no chart,
 * ExternalError where it cannot be downloaded.
 */
export async function loadChart({ chart, baseDirectory, helm, signal }: LoadChartOptions): Promise<LocalChart> {
  if ('path' in chart) {
    const path = resolve(baseDirectory, chart.path);
    return { reference: { path }, facts: await readFacts(path), dispose: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-chart-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await helm.pull(chart, folder, signal);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new ExternalError('helm pull ended well and left no chart');
    const path = join(folder, archive);
    return { reference: { path }, facts: await readFacts(path), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function readFacts(path: string): Promise<ChartFacts> {
  const read = await chartFiles(path);
  const chart = yamlObject(await read('Chart.yaml'), `${path}: Chart.yaml`);
  if (chart === undefined) throw new UserError(`${path} is no chart: it has no Chart.yaml`);
  const schema = await read('values.schema.json');
  return {
    name: String(chart.name),
    version: String(chart.version),
    appVersion: String(chart.appVersion ?? ''),
    values: yamlObject(await read('values.yaml'), `${path}: values.yaml`) ?? {},
    schema: schema === undefined ? undefined : (JSON.parse(schema) as JsonObject),
  };
}

type ReadFile = (name: string) => Promise<string | undefined>;

async function chartFiles(path: string): Promise<ReadFile> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw new UserError(`there is no chart at ${path}`);
  if (kind.isDirectory()) return (name) => readTextIfThere(join(path, name));
  const files = await archiveFiles(path, kind);
  // helm packs a chart under one folder, its own name; deeper ones are subcharts.
  const top = [...files.keys()].find((name) => /^[^/]+\/Chart\.yaml$/.test(name))?.replace(/Chart\.yaml$/, '');
  return async (name) => (top === undefined ? undefined : files.get(top + name));
}

/** Bytes of a packed chart: helm keeps it in a Secret of 1 MiB, so that none that can be installed is as large. */
const ARCHIVE_LIMIT = 16 * 2 ** 20;

async function archiveFiles(path: string, { size }: Stats): Promise<ReadonlyMap<string, string>> {
  const next = [`tar tzf ${path} shows what it holds; helm package makes one`];
  if (size > ARCHIVE_LIMIT) throw new UserError(`${path} is larger than 16 MiB: no chart is`, { next });
  try {
    return readTarGz(await readFile(path), isOwnFile);
  } catch (cause) {
    if (!(cause instanceof Error) || 'code' in cause) throw cause;
    throw new UserError(`${path} is no packed chart: it ${cause.message}`, { cause, next });
  }
}

/** A file at the top of the chart, no template and nothing of a subchart. */
function isOwnFile(name: string): boolean {
  return /^[^/]+\/(?:Chart\.yaml|values\.yaml|values\.schema\.json)$/.test(name);
}

function yamlObject(text: string | undefined, what: string): JsonObject | undefined {
  if (text === undefined) return undefined;
  const document: unknown = parse(text) ?? {};
  if (!isObject(document)) throw new UserError(`${what} is no mapping`);
  return document as JsonObject;
}
