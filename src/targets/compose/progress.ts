import type { OnProgress } from '../../base/events.ts';
import { counted } from '../../base/words.ts';
import { isFailing, isStarting, type ServiceView, serviceDetail } from './services.ts';

const SHOWN_NAMES = 5;
const SHOWN_REASONS = 3;

/** Reports the progress of a project, one line for each change that matters. */
export interface ComposeProgress {
  /** Called with a line of Compose's own output: only these lines show pulls. */
  heard(line: string): void;
  /** Called with the current state. */
  seen(views: readonly ServiceView[]): void;
}

/**
 * Returns a progress reporter. Compose itself prints a line per container and step, but a log should show what the run
 * waits for.
 */
export function composeProgress(onProgress: OnProgress): ComposeProgress {
  const pulls = new Map<string, boolean>();
  let said = '';
  const say = (key: string, detail: string): void => {
    if (key !== said) onProgress({ type: 'step-progress', step: 'apply', detail });
    said = key;
  };
  return {
    heard: (line) => {
      const pull = parsePull(line);
      if (pull === undefined) return;
      pulls.set(pull.name, pull.done);
      if (isPulling(pulls)) say(pullText(pulls), pullText(pulls));
    },
    seen: (views) => {
      if (isPulling(pulls) || views.every(({ settled }) => settled)) return;
      say(waitKey(views), waitText(views));
    },
  };
}

/**
 * Parses ` api Pulling` and ` api Pulled`, from Compose 5 on with `Image ` and the image's name. Returns undefined for
 * any other line, those of single layers included.
 */
export function parsePull(line: string): { readonly name: string; readonly done: boolean } | undefined {
  const [, name, word] = /^\s*(?:Image )?(\S+) (Pulling|Pulled|Skipped)\b[^[]*$/.exec(line) ?? [];
  if (name === undefined || /^[0-9a-f]{12}$/.test(name)) return undefined;
  return { name, done: word !== 'Pulling' };
}

function isPulling(pulls: ReadonlyMap<string, boolean>): boolean {
  return [...pulls.values()].includes(false);
}

function pullText(pulls: ReadonlyMap<string, boolean>): string {
  const open = [...pulls].flatMap(([name, done]) => (done ? [] : [name]));
  return `${pulls.size - open.length} of ${counted(pulls.size, 'image')} pulled, pulling for ${named(open)}`;
}

/**
 * Returns the key of a wait: which services are not ready, and which of them fail. A new restart count alone is not a
 * new line.
 */
function waitKey(views: readonly ServiceView[]): string {
  return views
    .filter(({ settled }) => !settled)
    .map((view) => (isFailing(view) ? `${view.name}!` : view.name))
    .join(' ');
}

/**
 * Returns the text of a wait: `13 of 17 services ready, waiting for worker, worker_beat · web: exited with code 3, 2
 * restarts`.
 */
function waitText(views: readonly ServiceView[]): string {
  const late = views
    .filter(({ settled }) => !settled)
    .toSorted((a, b) => Number(isStarting(b)) - Number(isStarting(a)));
  const ready = `${views.length - late.length} of ${counted(views.length, 'service')} ready`;
  const reasons = late
    .filter((view) => isFailing(view) || (view.isJob && isStarting(view)))
    .slice(0, SHOWN_REASONS)
    .map((view) => ` · ${view.name}: ${serviceDetail(view)}`);
  return `${ready}, waiting for ${named(late.map(({ name }) => name))}${reasons.join('')}`;
}

function named(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  // "and 1 more" is not shorter than the name.
  if (more <= 1) return names.join(', ');
  return `${names.slice(0, SHOWN_NAMES).join(', ')} and ${more} more`;
}
