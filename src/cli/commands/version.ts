import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { documentText } from '../../base/document.ts';
import { Fault, Interrupted } from '../../base/errors.ts';
import { textAt } from '../../base/json-path.ts';
import { oneLine } from '../../base/printable.ts';
import { withinMs } from '../../base/time-limit.ts';
import { wrap } from '../../base/wrap.ts';
import { toolFacts } from '../../evidence/tools.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { Runner } from '../../exec/runner.ts';
import { revisionStore } from '../../operations/plan-install.ts';
import { openClusterAccess } from '../../operations/preflight/cluster-access.ts';
import { type InstalledVersions, installedVersions, versionWords } from '../../state/revisions/versions.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { versionDocument } from '../frame/version.ts';
import { openTargetOnly } from '../input/session.ts';

/** Time limit of each part in milliseconds. A part without an answer by then is reported as not found. */
const LIMIT_MS = 10_000;
const LABEL_WIDTH = 10;

/** A version, or the reason why it is unknown. */
type Part = { readonly version: string } | { readonly missing: string };
type Place = Awaited<ReturnType<typeof openTargetOnly>>;

interface Sides {
  readonly tools: Readonly<Record<string, Part>>;
  /** The API server, or the Docker engine for Compose. */
  readonly server: { readonly kind: 'cluster' | 'engine' } & Part;
  readonly release:
    | ({ readonly name: string } & (InstalledVersions | { readonly missing: string }))
    | { missing: string };
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl version', 'Show the versions of difyctl, of the programs that it runs, of the cluster and of Dify.'],
  ['difyctl version -o json', 'Print them as one JSON document, for a bug report.'],
];

/**
 * `difyctl version`: shows this difyctl, the programs that it runs, the cluster or engine, and the release. A missing
 * part is reported, and is not an error.
 */
export function define(command: Command, context: CommandContext): void {
  command.action(async () => {
    const sides = await readSides(context);
    const { node } = process.versions;
    const own = { node, platform: `${process.platform} ${process.arch}` };
    const document = { ...versionDocument(), time: context.now().toISOString(), ...own, ...sides };
    const json = context.output === 'json';
    context.stdout.write(json ? documentText(document) : textOf(own, sides, context));
  });
}

async function readSides(context: CommandContext): Promise<Sides> {
  const access = openClusterAccess({ ...context, onNote: () => undefined });
  const place = await placeOf(context);
  const { runner, kubeArgs } = 'missing' in place ? access : place.opened;
  const isCompose = !('missing' in place) && place.opened.deployment.target.type === 'compose';
  const within = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | { readonly missing: string }> =>
    orMissing(context, work);
  const [tools, server, release] = await Promise.all([
    toolFacts({ runner, signal: withinMs(LIMIT_MS, context.signal) }).catch(() => []),
    within((signal) => (isCompose ? engineVersion(runner, signal) : clusterVersion(runner, kubeArgs, signal))),
    'missing' in place ? place : within((signal) => installed(place, signal)),
  ]);
  return {
    tools: Object.fromEntries(
      tools.map(({ name, version, fault }) => [
        name,
        version === undefined || version === ''
          ? { missing: oneLine(fault ?? 'does not report its version') }
          : { version },
      ]),
    ),
    server: { kind: isCompose ? 'engine' : 'cluster', ...server },
    release: 'missing' in place ? place : { name: place.opened.deployment.name, ...release },
  };
}

/** The target of the deployment, or the reason why there is none: the file does not exist or is invalid. */
async function placeOf(context: CommandContext): Promise<Place | { readonly missing: string }> {
  if (!context.configGiven && !existsSync(context.configPath))
    return { missing: `${context.configPath} does not exist` };
  return orMissing(context, () => openTargetOnly(context, () => undefined));
}

async function clusterVersion(runner: Runner, kubeArgs: readonly string[], signal: AbortSignal): Promise<Part> {
  const args = [...kubeArgs, '--request-timeout', '5s', 'version', '-o', 'json'];
  const { stdout } = await runner.run('kubectl', args, { signal });
  return versionOr(textAt(jsonAnswer(stdout, 'kubectl version'), 'serverVersion', 'gitVersion'), 'the API server');
}

async function engineVersion(runner: Runner, signal: AbortSignal): Promise<Part> {
  const { stdout } = await runner.run('docker', ['version', '--format', '{{.Server.Version}}'], { signal });
  return versionOr(stdout.trim(), 'the Docker engine');
}

function versionOr(text: string, who: string): Part {
  const version = oneLine(text).replace(/^v/, '');
  return /^\d/.test(version) ? { version } : { missing: `${who} does not report its version` };
}

async function installed(
  { opened, target }: Place,
  signal: AbortSignal,
): Promise<InstalledVersions | { readonly missing: string }> {
  const { revisions } = await revisionStore(opened, target).read(signal);
  return installedVersions(revisions) ?? { missing: 'no installed revision is recorded' };
}

/**
 * Returns the result of `work`, or the reason if it fails or exceeds its time limit. Throws Interrupted if the run is
 * interrupted, and any error that is not a Fault.
 */
async function orMissing<T>(
  { signal }: CommandContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | { readonly missing: string }> {
  try {
    return await work(withinMs(LIMIT_MS, signal));
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    if (error instanceof Interrupted) return { missing: `no answer within ${LIMIT_MS / 1_000} s` };
    if (error instanceof Fault) return { missing: oneLine(error.message) };
    throw error;
  }
}

function textOf(
  { node, platform }: { readonly node: string; readonly platform: string },
  { tools, server: { kind, ...server }, release }: Sides,
  { terminal: { width } }: CommandContext,
): string {
  const words = (part: Part): string => ('missing' in part ? `not found: ${part.missing}` : part.version);
  const { difyctl = '' } = versionDocument();
  const rows = [
    ['difyctl', `${difyctl} (installer), node ${node}, ${platform}`],
    ...Object.entries(tools).map(([name, part]) => [name, words(part)] as const),
    [kind, words(server)],
    ['release', releaseWords(release)],
  ] as const;
  const lines = rows.flatMap(([label, text]) => {
    const [first = '', ...more] = wrap(text, width, LABEL_WIDTH);
    return [label.padEnd(LABEL_WIDTH) + first.trimStart(), ...more];
  });
  return `${lines.join('\n')}\n`;
}

function releaseWords(release: Sides['release']): string {
  const name = 'name' in release ? `${release.name}: ` : '';
  if ('missing' in release) return `${name}not found: ${release.missing}`;
  return `${name}${versionWords(release)} (revision ${release.revision})`;
}
