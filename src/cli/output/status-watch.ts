import { stripVTControlCharacters } from 'node:util';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import type { CommandContext } from '../frame/context.ts';
import { type StatusView, statusText } from './status-text.ts';

/** Milliseconds between two reads. */
const PAUSE_MS = 2_000;
/** Cursor to the upper left corner; clear to the end of the line; clear below the cursor. */
const [HOME, LINE_END, BELOW] = ['\u001b[H', '\u001b[K', '\u001b[J'] as const;
/** Clears the screen, once before the first status. */
const EMPTY = '\u001b[2J';

export interface Watch {
  /**
   * Reads the status. An error of the first read ends the watch. Later, an ExternalError is shown and the watch
   * continues; any other error ends it.
   */
  readonly look: () => Promise<StatusView>;
  /** Rejects if the run is interrupted. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/**
 * Reads the status every two seconds until Ctrl-C, then throws Interrupted. Redraws a terminal; elsewhere writes the
 * status once, and again after each change.
 */
export async function watchStatus(context: CommandContext, style: Parameters<typeof statusText>[2], watch: Watch) {
  const { now, signal, terminal } = context;
  const moves = terminal.stdoutIsTerminal && terminal.stderrIsTerminal;
  let before = '';
  for (let looks = 0; ; looks++) {
    const seen = await look(watch, looks === 0);
    if (moves) {
      const text = `  ${now().toISOString()}   every 2 s, Ctrl-C ends\n${pictureOf(seen, now(), style)}`;
      const lines = fitting(text.trimEnd().split('\n'), style.width, context.streams.stderr.rows);
      const drawn = lines.map((line) => `${line}${LINE_END}\n`).join('');
      context.draw(`${looks === 0 ? EMPTY : ''}${HOME}${drawn}${BELOW}`);
    } else {
      const known = JSON.stringify(seen);
      if (known !== before) context.stdout.write(`  ${now().toISOString()}\n${pictureOf(seen, now(), style)}`);
      before = known;
    }
    await watch.pause(PAUSE_MS).catch(() => undefined);
    if (signal.aborted) throw new Interrupted();
  }
}

/** The first lines that fit the screen without scrolling; long lines count as several. */
function fitting(lines: readonly string[], width: number, rows = 24): readonly string[] {
  let free = rows - 1;
  return lines.filter((line) => {
    free -= Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width));
    return free >= 0;
  });
}

async function look(watch: Watch, isFirst: boolean): Promise<StatusView | string> {
  try {
    return await watch.look();
  } catch (error) {
    if (isFirst || !(error instanceof ExternalError)) throw error;
    return oneLine(error.message);
  }
}

function pictureOf(seen: StatusView | string, now: Date, style: Parameters<typeof statusText>[2]): string {
  return typeof seen === 'string' ? `  ! ${seen}\n` : statusText(seen, now, style);
}
