import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call of a recorded program. */
interface Call {
  readonly program: string;
  /** Process id of the program: the recorder replaces itself with it (`exec`). */
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Wrappers of real programs on PATH. A wrapper records the arguments and environment of each call, then replaces itself
 * with the program. A test can hold a call before that, and wait for the moment it is held.
 */
export interface Recorder {
  /** Must be first on PATH. */
  readonly folder: string;
  /** The calls in the order of their start. */
  calls(): Promise<readonly Call[]>;
  /** Forgets the calls so far. */
  clear(): Promise<void>;
  /** Holds the next call whose command line matches this extended regular expression (grep -E): `^helm upgrade`. */
  hold(pattern: string, when?: Held): Promise<Hold>;
  remove(): Promise<void>;
}

/**
 * When a call is held: before its program starts, after its program has ended and its caller does not know yet, or while
 * its program works, as soon as a folder has an entry that is not one of restic's temporary files (`-tmp-`). A program
 * that works gets no standard input.
 */
export type Held = 'before' | 'after' | { readonly fills: string };

interface Hold {
  /** The process id of the held call. Undefined if none is held yet. */
  pid(): Promise<number | undefined>;
  /** Waits until a call is held; resolves to its process id. */
  reached(): Promise<number>;
  /** Lets the call continue, and holds the next call that matches. */
  passTo(pattern: string): Promise<void>;
  /** Lets the call continue, with these variables if it has not started its program, and holds no more calls. */
  release(variables?: Readonly<Record<string, string>>): Promise<void>;
}

/** `programs`: name → absolute path of the real program. */
export async function createRecorder(programs: Readonly<Record<string, string>>): Promise<Recorder> {
  const root = await mkdtemp(join(tmpdir(), 'difyctl-recorder-'));
  const [folder, log, gate] = [join(root, 'bin'), join(root, 'log'), join(root, 'gate')];
  await Promise.all([folder, log, gate].map((path) => mkdir(path)));
  for (const [name, real] of Object.entries(programs)) {
    const path = join(folder, name);
    await writeFile(path, script(name, real, log, gate));
    await chmod(path, 0o755);
  }
  return {
    folder,
    calls: async () => {
      const names = (await readdir(log)).filter((name) => !name.endsWith('.part')).sort();
      return Promise.all(names.map(async (name) => parseCall(await readFile(join(log, name), 'utf8'))));
    },
    clear: async () => {
      await Promise.all((await readdir(log)).map((name) => rm(join(log, name), { force: true })));
    },
    hold: async (pattern, when = 'before') => {
      await rm(join(gate, 'variables'), { force: true });
      if (when === 'after') await writeFile(join(gate, 'after'), '');
      if (typeof when === 'object') await writeFile(join(gate, 'during'), `${when.fills}\n`);
      await writeFile(join(gate, 'pattern'), pattern);
      const pid = async () => Number(await readFile(join(gate, 'held'), 'utf8').catch(() => '')) || undefined;
      return {
        pid,
        reached: () => until(pid),
        passTo: async (next) => {
          await writeFile(join(gate, 'pattern'), next);
          await letIn(gate);
        },
        release: async (variables = {}) => {
          const exports = Object.entries(variables).map(([key, value]) => `export ${key}='${value}'\n`);
          if (exports.length > 0) await writeFile(join(gate, 'variables'), exports.join(''));
          await rm(join(gate, 'pattern'), { force: true });
          await letIn(gate);
        },
      };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/**
 * Calls `ask` every 25 ms until it returns a value. Throws the error of `failure` if there is one and a last call
 * returned nothing.
 */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  failure: () => Error | undefined = () => undefined,
): Promise<T> {
  for (;;) {
    const error = failure();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (error !== undefined) throw error;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * Releases the held process if it still runs. Opening a pipe for writing fails (ENXIO) until its reader has opened it.
 * The files of the hold are gone before the process continues, so that the next call can be held.
 */
async function letIn(gate: string): Promise<void> {
  const clear = () =>
    Promise.all(['held', 'door', 'after', 'during'].map((name) => rm(join(gate, name), { force: true })));
  const pid = await readFile(join(gate, 'held'), 'utf8').catch(() => undefined);
  if (pid === undefined) return void (await clear());
  await until(async () => {
    const door = await open(join(gate, 'door'), constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
    if (door === undefined && (await isThere(`/proc/${pid.trim()}`))) return undefined;
    await clear();
    await door?.close();
    return true;
  });
}

/** True if the file exists. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function script(name: string, real: string, log: string, gate: string): string {
  // Only one caller succeeds with `mv` of the pattern and is held; the others no longer find a pattern. The shell
  // itself waits, by reading from a pipe without a writer: if it is killed, no child process remains.
  return `#!/bin/sh
record='${log}/'$(date +%s%N)-$$
{ printf '%s\\0%s\\0' '${name}' $$; for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\0'; env -0; } > "$record.part"
mv "$record.part" "$record"
wait_at_door() {
  mkfifo '${gate}/door'
  echo $$ > '${gate}/held.part'
  mv '${gate}/held.part' '${gate}/held'
  read -r _ < '${gate}/door' || :
}
works() {
  read -r _ _ state _ < "/proc/$program/stat" 2>/dev/null && [ "$state" != Z ]
}
when=never
if [ -f '${gate}/pattern' ] && printf '%s' "${name} $*" | grep -Eq -f '${gate}/pattern' && mv '${gate}/pattern' '${gate}/taken' 2>/dev/null; then
  when=before
  [ ! -f '${gate}/after' ] || when=after
  [ ! -f '${gate}/during' ] || when=during
fi
[ $when != before ] || wait_at_door
if [ $when = before ] && [ -f '${gate}/variables' ]; then
  . '${gate}/variables'
  rm '${gate}/variables'
fi
if [ $when = after ]; then
  '${real}' "$@"
  code=$?
  wait_at_door
  exit $code
fi
if [ $when = during ]; then
  read -r folder < '${gate}/during'
  '${real}' "$@" < /dev/null & program=$!
  while works && ! ls -A "$folder" 2>/dev/null | grep -qv -e -tmp-; do :; done
  kill -STOP $program 2>/dev/null
  wait_at_door
  kill -CONT $program 2>/dev/null
  wait $program
  exit $?
fi
exec '${real}' "$@"
`;
}

function parseCall(text: string): Call {
  const split = text.indexOf('\0\0');
  const [program = '', pid = '', ...args] = text.slice(0, split).split('\0');
  const env = text
    .slice(split + 2)
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]);
  return { program, pid: Number(pid), args, env: Object.fromEntries(env) };
}
