import type { Subject } from '../checks/check.ts';
import type { CheckEvent } from '../checks/events.ts';
import type { Spinner } from './spinner.ts';
import { type Style, sign } from './style.ts';

interface Row {
  readonly subject: Subject;
  readonly total: number;
  done: number;
  failed: number;
}

/** A checklist that updates during a run, below a spinner. `end` removes it before the report is written. */
export interface LiveChecklist {
  readonly onEvent: (event: CheckEvent) => void;
  end(): void;
}

export function liveChecklist(spinner: Spinner, style: Style): LiveChecklist {
  const rows = new Map<Subject, Row>();
  const looking = new Set<string>();
  const draw = (): void => {
    const at = looking.size === 0 ? 'checking' : `checking ${[...looking].join(', ')}`;
    // Two columns of indentation and the spinner precede the first line.
    const lines = [cut(at, style.width - 5), ...[...rows.values()].map((row) => rowText(row, style))];
    spinner.show(lines.join('\n'));
  };
  return {
    onEvent: (event) => {
      note(event, rows, looking);
      draw();
    },
    end: () => spinner.clear(),
  };
}

function note(event: CheckEvent, rows: Map<Subject, Row>, looking: Set<string>): void {
  switch (event.type) {
    case 'selected':
      for (const { subject } of event.checks) {
        const total = (rows.get(subject)?.total ?? 0) + 1;
        rows.set(subject, { subject, total, done: 0, failed: 0 });
      }
      break;
    case 'collecting':
      looking.add(event.key);
      break;
    case 'collected':
      looking.delete(event.key);
      break;
    case 'judged': {
      const row = rows.get(event.result.subject);
      if (row === undefined) break;
      row.done++;
      if (event.result.status === 'fail') row.failed++;
      break;
    }
  }
}

function rowText({ subject, total, done, failed }: Row, style: Style): string {
  const mark = failed > 0 ? sign(style, 'fail') : done === total ? sign(style, 'pass') : ' ';
  return `  ${mark} ${subject.padEnd(15)}${String(done).padStart(3)} of ${total}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : text.slice(0, Math.max(0, width));
}
