import type { CheckResult, Subject } from './check.ts';

/** Progress of a run, for the live checklist. The report contains all of it again. */
export type CheckEvent =
  | { readonly type: 'selected'; readonly checks: readonly { readonly id: string; readonly subject: Subject }[] }
  | { readonly type: 'collecting'; readonly key: string }
  | { readonly type: 'collected'; readonly key: string; readonly outcome: string; readonly durationMs: number }
  | { readonly type: 'judged'; readonly result: CheckResult };

export type OnCheckEvent = (event: CheckEvent) => void;
