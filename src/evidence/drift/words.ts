import type { Drift, DriftAuthor } from './drift.ts';

/** kubectl's field managers (kubectl source, `cmd/*`: `fieldManager`) and their commands. */
const COMMANDS: Readonly<Record<string, string>> = {
  'kubectl-client-side-apply': 'kubectl apply',
  'kubectl-edit': 'kubectl edit',
  'kubectl-set': 'kubectl set',
  'kubectl-patch': 'kubectl patch',
  'kubectl-scale': 'kubectl scale',
  'kubectl-replace': 'kubectl replace',
  'kubectl-rollout': 'kubectl rollout',
  'kubectl-label': 'kubectl label',
  'kubectl-annotate': 'kubectl annotate',
  'kubectl-create': 'kubectl create',
};

/** `Deployment dify-worker: spec.replicas 3 → 0 (kubectl scale, 2026-11-28 21:04:10 UTC)` */
export function driftText(drift: Drift, arrow = '→'): string {
  const { kind, name, by } = drift;
  return `${kind} ${name}${changeText(drift, arrow)}${by === undefined ? '' : ` (${authorText(by)})`}`;
}

function changeText({ change, path, was, is, secret }: Drift, arrow: string): string {
  if (change === 'gone') return ' no longer exists';
  const where = path === undefined ? '' : `: ${path}`;
  if (secret === true) return `${where} was ${change}, value not shown`;
  if (change === 'added') return `${where} was added${is === undefined ? '' : `: ${is}`}`;
  if (change === 'removed') return `${where} was removed${was === undefined ? '' : `: ${was}`}`;
  return was === undefined && is === undefined
    ? `${where} was changed`
    : `${where} ${was ?? '-'} ${arrow} ${is ?? '-'}`;
}

/** `kubectl edit, 2026-11-28 21:04:10 UTC` */
function authorText({ manager, at }: DriftAuthor): string {
  const who = COMMANDS[manager] ?? manager;
  const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(at);
  return time === null ? who : `${who}, ${time[1]} ${time[2]} UTC`;
}
