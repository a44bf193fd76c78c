import { resolve } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import { ExternalError } from '../base/errors.ts';
import { jsonAnswer } from './answer.ts';
import type { Runner, RunOptions } from './runner.ts';

interface PgBackRestSettings {
  readonly stanza: string;
  /** Relative to the folder of difyctl.yaml. Undefined: pgBackRest's own place. */
  readonly config?: string | undefined;
  /** The user that runs pgBackRest and PostgreSQL if difyctl runs as root, or in a container of Docker. */
  readonly user: string;
  /** The container in which it runs; undefined on this machine. `config` is a path in the container then. */
  readonly in?: PgBackRestPlace | undefined;
}

/** A container of Docker, or with `pod` one of a pod (default: its first). */
export interface PgBackRestPlace {
  readonly container?: string | undefined;
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The container in words: `the container postgres`, `pod db-0 in namespace pg`. */
export function placeWords({ container, pod, namespace }: PgBackRestPlace): string {
  return pod === undefined ? `the container ${container}` : `pod ${pod} in namespace ${namespace}`;
}

/** The words in front of a command that runs in the container. kubectl exec has no user: it is that of the container. */
function execWords({ container, pod, namespace }: PgBackRestPlace, user: string, kubeArgs: readonly string[]) {
  if (pod === undefined) return ['docker', 'exec', '--user', user, container ?? ''];
  const inPod = container === undefined ? [] : ['-c', container];
  return ['kubectl', ...kubeArgs, 'exec', '-n', namespace ?? '', pod, ...inPod, '--'];
}

/** A backup of the whole server. Times are seconds of Unix time. */
const backup = z.object({
  label: z.string(),
  error: z.boolean().nullish(),
  timestamp: z.object({ start: z.number(), stop: z.number() }),
  archive: z.object({ start: z.string().nullable(), stop: z.string().nullable() }),
  database: z.object({ id: z.number() }),
  info: z.object({ size: z.number() }),
});
const stanza = z.object({
  name: z.string(),
  status: z.object({ code: z.number(), message: z.string() }),
  backup: z.array(backup),
  archive: z.array(z.object({ id: z.string(), database: z.object({ id: z.number() }) })),
  db: z.array(z.object({ id: z.number(), version: z.string() })),
});

/** What `pgbackrest info` says about a stanza (pgbackrest.org, Command Reference, info). */
type Stanza = z.output<typeof stanza>;

/** A segment of the write-ahead log in the archive. */
interface ArchivedSegment {
  /** 24 hexadecimal digits: timeline, log, segment. */
  readonly name: string;
  /** When it was archived. Seconds of Unix time. */
  readonly at: number;
}

/** pgBackRest on one stanza. Each method throws ExternalError. */
export interface PgBackRest {
  /** Throws ExternalError also if the stanza does not exist or cannot be used. */
  info(options: RunOptions): Promise<Stanza>;
  /** Returns the segments of an archive, `15-1`, in the order of their names. */
  segments(archive: string, options: RunOptions): Promise<readonly ArchivedSegment[]>;
  /**
   * Writes a backup into an empty folder. A server that starts on this folder recovers to the time and then accepts
   * writes. `scratch`: a folder for locks.
   */
  restore(request: PgRestoreRequest, options: RunOptions): Promise<void>;
  /** Returns a command as the user of the server. */
  asUser(command: readonly string[]): readonly string[];
  /** The command that an operator runs where the server is. */
  readonly byHand: (at: Date) => string;
}

interface PgRestoreRequest {
  readonly label: string;
  readonly at: Date;
  /** The new data folder. */
  readonly data: string;
  readonly scratch: string;
}

const SEGMENT = /(?:^|\/)([0-9A-F]{24})-[0-9a-f]{40}(?:\.\w+)?$/;
const entries = z.record(z.string(), z.object({ type: z.string(), time: z.number().optional() }));

/** Returns pgBackRest of a deployment. `baseDirectory`: the folder of difyctl.yaml. `kubeArgs` choose the cluster. */
export function pgBackRest(
  runner: Runner,
  settings: PgBackRestSettings,
  { baseDirectory, kubeArgs }: { readonly baseDirectory: string; readonly kubeArgs: readonly string[] },
): PgBackRest {
  const { stanza: name, config, user, in: place } = settings;
  const own = [
    `--stanza=${name}`,
    ...(config === undefined ? [] : [`--config=${place === undefined ? resolve(baseDirectory, config) : config}`]),
    '--log-level-console=warn',
    '--log-level-file=off',
  ];
  const asUser = (command: readonly string[]): readonly string[] =>
    process.getuid?.() === 0 ? ['runuser', '-u', user, '--', ...command] : command;
  const run = async (args: readonly string[], options: RunOptions): Promise<string> => {
    const command = ['pgbackrest', ...args];
    const [program = '', ...words] =
      place === undefined ? asUser(command) : [...execWords(place, user, kubeArgs), ...command];
    return (await runner.run(program, words, options)).stdout;
  };
  return {
    info: async (options) => {
      const answer = jsonAnswer(await run(['info', ...own, '--output=json'], options), 'pgbackrest info');
      const [found] = z.array(stanza).safeParse(answer).data ?? [];
      if (found === undefined || found.status.code !== 0)
        throw new ExternalError(
          `the stanza ${name} of pgBackRest cannot be used: ${found?.status.message ?? 'no answer'}`,
          {
            next: [`pgbackrest --stanza=${name} check`],
          },
        );
      return found;
    },
    segments: async (archive, options) => {
      const args = ['repo-ls', `archive/${name}/${archive}`, ...own.slice(1), '--recurse', '--output=json'];
      const listed = entries.parse(jsonAnswer(await run(args, options), 'pgbackrest repo-ls'));
      return Object.entries(listed)
        .flatMap(([path, { time = 0 }]) => {
          const segment = SEGMENT.exec(path)?.[1];
          return segment === undefined ? [] : [{ name: segment, at: time }];
        })
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    restore: async ({ label, at, data, scratch }, options) => {
      const where = [`--pg1-path=${data}`, `--lock-path=${scratch}`, '--archive-mode=off'];
      const target = ['--type=time', `--target=${targetOf(at)}`, '--target-action=promote', `--set=${label}`];
      await run(['restore', ...own, ...where, ...target], options);
    },
    asUser,
    byHand: (at) =>
      `pgbackrest --stanza=${name} --type=time --target='${targetOf(at)}' --target-action=promote restore`,
  };
}

/** A time in the format of PostgreSQL. */
function targetOf(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '+00');
}
