import type { Subject } from '../checks/check.ts';
import type { CheckEvent } from '../checks/events.ts';
import { paint, type Style, sign } from './style.ts';

const FRAMES = { unicode: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'], ascii: ['|', '/', '-', '\\'] };
const FRAME_MS = 100;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

interface Row {
  readonly subject: Subject;
  readonly total: number;
  done: number;
  failed: number;
}

/** A checklist that fills in while a run goes on. It draws in place, so it is for a terminal only; `end` takes it away for the report. */
export interface LiveChecklist {
  readonly onEvent: (event: CheckEvent) => void;
  end(): void;
}

export function liveChecklist(write: (text: string) => void, style: Style): LiveChecklist {
  const rows = new Map<Subject, Row>();
  const looking = new Set<string>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const lines = [...rows.values()].map((row) => rowText(row, frame, style));
    const at = [...looking].join(', ');
    lines.push(paint(style, 'quiet', cut(`    ${at === '' ? '' : `looking at ${at}`}`, style.width)));
    write(`${erase(drawn)}${lines.join('\n')}\n`);
    drawn = lines.length;
    frame++;
  };
  const onEvent = (event: CheckEvent) => {
    switch (event.type) {
      case 'selected':
        for (const { subject } of event.checks) {
          const total = (rows.get(subject)?.total ?? 0) + 1;
          rows.set(subject, { subject, total, done: 0, failed: 0 });
        }
        write(HIDE_CURSOR);
        timer = setInterval(draw, FRAME_MS);
        timer.unref();
        draw();
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
  };
  return {
    onEvent,
    end: () => {
      clearInterval(timer);
      write(`${erase(drawn)}${timer === undefined ? '' : SHOW_CURSOR}`);
      drawn = 0;
    },
  };
}

function rowText({ subject, total, done, failed }: Row, frame: number, style: Style): string {
  const frames = style.unicode ? FRAMES.unicode : FRAMES.ascii;
  const spinner = frames[frame % frames.length] ?? '';
  const mark = failed > 0 ? sign(style, 'fail') : done === total ? sign(style, 'pass') : spinner;
  return `  ${mark} ${subject.padEnd(15)}${String(done).padStart(3)} of ${total}`;
}

/** Up to the first drawn line, and everything below it gone. */
function erase(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}A\u001b[J`;
}

function cut(text: string, width: number): string {
  return text.length < width ? text : text.slice(0, width - 1);
}
