import type { RestoreStep } from '../../backup/restore/restore-plan.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../../base/version.ts';
import { whoAmI } from '../../state/lock/self.ts';
import { openRevision } from '../../state/revisions/record.ts';
import { REVISION_VERSION, type Revision } from '../../state/revisions/revision.ts';
import type { PlannedRestore, RestoreOptions } from './options.ts';
import type { RestoreSources } from './sources.ts';

/**
 * Returns the open revision of a restore. It keeps what the newest one recorded of the rendered set: a restore changes
 * data, and the installation still has that set. A restore that was cut short is continued with its own revision.
 */
export function restoreRevision(
  options: RestoreOptions,
  { resumed, newest, nextNumber }: PlannedRestore,
  { manifest, rendered, secrets }: RestoreSources,
  tools: Readonly<Record<string, string>>,
): Revision {
  const { opened, parts, at, knowledgeBase, now, promotion } = options;
  const startedAt = now().toISOString();
  if (resumed !== undefined) {
    const { detail: _detail, endedAt: _endedAt, ...known } = resumed;
    return { ...known, phase: 'apply', outcome: 'open' };
  }
  const head = {
    ...({ number: nextNumber, operation: 'restore', phase: 'apply', outcome: 'open' } as const),
    restore: {
      set: manifest.set,
      ...(at === undefined ? {} : { at: at.toISOString() }),
      parts: [...parts] as string[],
      ...(knowledgeBase === undefined ? {} : { knowledgeBase }),
      ...(promotion === undefined ? {} : { promotion }),
      steps: [],
    },
  };
  if (newest !== undefined) {
    const { changes: _changes, upgrade: _upgrade, detail: _detail, endedAt: _endedAt, ...known } = newest;
    return { ...known, ...head, difyctl: DIFYCTL_VERSION, startedAt, by: whoAmI() };
  }
  if (rendered === undefined) return { ...firstRevision(options, startedAt, tools), ...head };
  const { deployment, secretKeys } = opened;
  const common = { deployment, rendered, secrets, secretKeys, chart: undefined, tools, changes: undefined };
  const flags = { upgrade: undefined, only: [], skip: [], from: 'local', deep: false } as const;
  const by = { by: whoAmI(), now: now(), planDigest: '' };
  return { ...openRevision({ ...common, ...flags, ...by, number: nextNumber, operation: 'restore' }), ...head };
}

/** The revision of a place where nothing is installed and nothing is rendered. */
function firstRevision({ opened }: RestoreOptions, startedAt: string, tools: Readonly<Record<string, string>>) {
  const { deployment, secretKeys } = opened;
  return {
    apiVersion: API_VERSION as Revision['apiVersion'],
    kind: 'Revision' as const,
    version: REVISION_VERSION,
    deployment: deployment.name,
    difyctl: DIFYCTL_VERSION,
    startedAt,
    by: whoAmI(),
    file: JSON.parse(JSON.stringify(deployment)) as Revision['file'],
    files: [],
    planDigest: '',
    secretKeys: { ...secretKeys },
    manifests: [],
    tools: { ...tools },
    only: [],
    skip: [],
    from: 'local' as const,
    deep: false,
  };
}

/** Returns the revision with the new status of a step. */
export function withStep(
  revision: Revision,
  step: RestoreStep,
  facts: { readonly status: 'started' | 'done'; readonly renamedTo?: string | undefined; readonly seconds?: number },
): Revision {
  const { restore } = revision;
  if (restore === undefined) throw new Error('the revision is not of a restore');
  const { renamedTo } = facts.renamedTo === undefined ? (restore.steps.find((one) => one.step === step) ?? {}) : facts;
  const { status, seconds } = facts;
  const entry = {
    ...{ step, status },
    ...(renamedTo === undefined ? {} : { renamedTo }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  const others = restore.steps.filter((one) => one.step !== step);
  return { ...revision, restore: { ...restore, steps: [...others, entry] } };
}
