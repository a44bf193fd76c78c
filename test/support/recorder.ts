import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call of a recorded program. */
interface Call {
  readonly program: string;
  /** Also the program's own process id: the recorder becomes the program. */
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Stands in front of real programs on PATH: every call is recorded with its arguments and environment, then the recorder becomes the program. A
 * call can be held at its door, which makes a moment that a test can wait for.
 */
export interface Recorder {
  /** To be put first on PATH. */
  readonly folder: string;
  /** In the order in which they began. */
  calls(): Promise<readonly Call[]>;
  /** Forgets the calls so far. */
  clear(): Promise<void>;
  /** Holds the next call whose command line matches this extended regular expression (grep -E): `^helm upgrade`. */
  hold(pattern: string): Promise<Hold>;
  remove(): Promise<void>;
}

interface Hold {
  /** The held call's process id, once there is one. */
  reached(): Promise<number>;
  /** Lets it go on, and holds no more. */
  release(): Promise<void>;
}

/** `programs`: name → absolute path of the real one. `settings`: variables that only the real program gets. */
export async function createRecorder(
  programs: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Recorder> {
  const root = await mkdtemp(join(tmpdir(), 'difyctl-recorder-'));
  const [folder, log, gate] = [join(root, 'bin'), join(root, 'log'), join(root, 'gate')];
  await Promise.all([folder, log, gate].map((path) => mkdir(path)));
  for (const [name, real] of Object.entries(programs)) {
    const path = join(folder, name);
    await writeFile(path, script(name, real, log, gate, settings));
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
    hold: async (pattern) => {
      await writeFile(join(gate, 'pattern'), pattern);
      return {
        reached: () =>
          until(async () => Number(await readFile(join(gate, 'held'), 'utf8').catch(() => '')) || undefined),
        release: async () => {
          await rm(join(gate, 'pattern'), { force: true });
          await letIn(gate);
          await Promise.all(['held', 'door'].map((name) => rm(join(gate, name), { force: true })));
        },
      };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** Asks until there is an answer; the test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Lets the one who waits at the door in, if it still lives: a pipe that nobody reads yet refuses its writer (ENXIO). */
async function letIn(gate: string): Promise<void> {
  const pid = await readFile(join(gate, 'held'), 'utf8').catch(() => undefined);
  if (pid === undefined) return;
  await until(async () => {
    const door = await open(join(gate, 'door'), constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
    await door?.close();
    return door !== undefined || !(await isThere(`/proc/${pid.trim()}`)) ? true : undefined;
  });
}

/** True where a file is there. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function script(
  name: string,
  real: string,
  log: string,
  gate: string,
  settings: Readonly<Record<string, string>>,
): string {
  const exports = Object.entries(settings).map(([key, value]) => `export ${key}='${value}'`);
  // `mv` of the pattern lets one caller through as the held one; the others see no pattern any more. The shell itself waits at the door, a
  // pipe that nobody writes: no child is left where it is killed there.
  return `#!/bin/sh
record='${log}/'$(date +%s%N)-$$
{ printf '%s\\0%s\\0' '${name}' $$; for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\0'; env -0; } > "$record.part"
mv "$record.part" "$record"
if [ -f '${gate}/pattern' ] && printf '%s' "${name} $*" | grep -Eq -f '${gate}/pattern' && mv '${gate}/pattern' '${gate}/taken' 2>/dev/null; then
  mkfifo '${gate}/door'
  echo $$ > '${gate}/held.part'
  mv '${gate}/held.part' '${gate}/held'
  read -r _ < '${gate}/door' || :
fi
${exports.join('\n')}
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
