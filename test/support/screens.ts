import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { UPDATE } from './golden.ts';
import type { PtySession } from './pty.ts';

/** Time limit in ms for the expected screen; then the current one is compared. A correct screen never waits for it. */
const GIVE_UP_MS = 15_000;
/** Time in ms in which a new golden screen must be drawn. */
const DRAWN_MS = 700;

/**
 * The screens of one session, compared whole with a golden file. The format of the file: `=== name`, then the screen.
 */
export class GoldenScreens {
  readonly #path: string;
  readonly #golden: ReadonlyMap<string, string>;
  readonly #seen: string[] = [];

  private constructor(path: string, golden: ReadonlyMap<string, string>) {
    this.#path = path;
    this.#golden = golden;
  }

  static async open(path: string): Promise<GoldenScreens> {
    return new GoldenScreens(path, UPDATE ? new Map() : parsed(await readFile(path, 'utf8')));
  }

  /** Expects the whole screen to equal the golden one of that name. Returns as soon as it does. */
  async compare(name: string, session: PtySession): Promise<void> {
    const expected = this.#golden.get(name);
    if (UPDATE) await wait(DRAWN_MS);
    else await Promise.race([becomes(session, expected), wait(GIVE_UP_MS, undefined, { ref: false })]);
    if (!UPDATE) expect(screenOf(session), name).toBe(expected);
    this.#seen.push(`=== ${name}\n${screenOf(session)}\n`);
  }

  /**
   * Call it at the end. With UPDATE_GOLDEN it writes the golden file; otherwise it expects that every golden screen was
   * compared.
   */
  async close(): Promise<void> {
    if (UPDATE) await writeFile(this.#path, this.#seen.join(''));
    else expect(this.#seen.length).toBe(this.#golden.size);
  }
}

/** Replaces the version, so that a release changes no golden screen. */
function screenOf({ screen }: PtySession): string {
  return screen.replace(/^ {2}difyctl \d+\.\d+\.\d+/, '  difyctl VERSION');
}

async function becomes(session: PtySession, expected: string | undefined): Promise<void> {
  while (screenOf(session) !== expected) {
    if (!(await session.changes())) return;
  }
}

function parsed(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^=== (.*)\n/m).slice(1);
  const names = parts.filter((_, index) => index % 2 === 0);
  return new Map(names.map((name, index) => [name, (parts[index * 2 + 1] ?? '').replace(/\n$/, '')]));
}
