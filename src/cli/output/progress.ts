import { elapsed } from '../../base/duration.ts';
import type { OnProgress, ProgressEvent } from '../../base/events.ts';
import { oneLine } from '../../base/printable.ts';
import type { Redact } from '../../base/redact.ts';
import { wrap } from '../../base/wrap.ts';
import { createSpinner, type Spinner } from '../../report/spinner.ts';
import { paint, type Style, sign } from '../../report/style.ts';
import type { CommandContext } from '../frame/context.ts';
import { inCi } from '../frame/terminal.ts';

/** Interval for the time shown beside a running step. */
const TICK_MS = 1_000;
const STEP_WIDTH = 12;

/**
 * Shows the steps of a run: one line that is redrawn on a terminal, one line per change of state in logs, nothing with
 * --quiet.
 */
export interface ProgressView {
  readonly onProgress: OnProgress;
  /** Hides the redrawn line while something else draws, such as a prompt or a checklist. */
  pause(): void;
  end(): void;
}

export function progressView(context: CommandContext): ProgressView {
  if (context.quiet) return { onProgress: () => undefined, pause: () => undefined, end: () => undefined };
  const { terminal, env } = context;
  const style = { color: terminal.stderrColor, unicode: terminal.unicode, width: terminal.width };
  const write = (text: string): void => context.stderr.write(text);
  if (!terminal.stderrIsTerminal || inCi(env)) return lineView(write, style);
  // Redact a text before it is cut: the redactor does not know half a secret.
  return movingView(
    write,
    createSpinner((text) => context.draw(text), style),
    style,
    context.redact,
  );
}

/** The style of text results on stdout. */
export function resultStyle({ terminal }: CommandContext): Style {
  return { color: terminal.stdoutColor, unicode: terminal.unicode, width: terminal.width };
}

function lineView(write: (text: string) => void, style: Style): ProgressView {
  return {
    onProgress: (event) => {
      if (event.type === 'step-progress') write(`     ${stepName(event.step)}${oneLine(event.detail)}\n`);
      else if (event.type !== 'step-started') write(`${endLine(event, style)}\n`);
    },
    pause: () => undefined,
    end: () => undefined,
  };
}

function movingView(write: (text: string) => void, spinner: Spinner, style: Style, redact: Redact): ProgressView {
  let current: { readonly step: string; readonly since: number; detail: string } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    if (current === undefined) return;
    const detail = redact(oneLine(redact(current.detail)));
    const text = `${stepName(current.step)}${elapsed(performance.now() - current.since)}   ${detail}`;
    // Two columns of indentation and the spinner precede the text.
    spinner.show(text.slice(0, Math.max(0, style.width - 5)));
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
    spinner.clear();
  };
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === 'step-started') current = { step: event.step, since: performance.now(), detail: event.title };
    else if (event.type === 'step-progress') {
      current ??= { step: event.step, since: performance.now(), detail: '' };
      current.detail = event.detail;
    } else {
      pause();
      if (event.type === 'step-ended') current = undefined;
      write(`${endLine(event, style)}\n`);
    }
    if (current === undefined) return;
    draw();
    timer ??= setInterval(draw, TICK_MS);
  };
  return { onProgress, pause, end: () => timer !== undefined && pause() };
}

function endLine(event: Exclude<ProgressEvent, { type: 'step-started' | 'step-progress' }>, style: Style): string {
  if (event.type === 'note') {
    const mark = event.level === 'warn' ? sign(style, 'warn') : '-';
    return `  ${mark} ${wrap(oneLine(event.text), style.width, 4).join('\n').trimStart()}`;
  }
  const status = { done: 'pass', failed: 'fail', skipped: 'skip' } as const;
  const lead = `  ${sign(style, status[event.status])} ${stepName(event.step)}`;
  return `${lead}${oneLine(event.detail)}   ${paint(style, 'quiet', elapsed(event.durationMs))}`;
}

/** The name of a step, in a column of its own if it is short enough. */
function stepName(step: string): string {
  return step.length < STEP_WIDTH ? step.padEnd(STEP_WIDTH) : `${step}  `;
}
