import type { CheckResult, Subject } from './check.ts';

/** A run as it goes, for the live checklist; the report says it all again. */
export type CheckEvent =
  | { readonly type: 'selected'; readonly checks: readonly { readonly id: string; readonly subject: Subject }[] }
  | { readonly type: 'collecting'; readonly key: string }
  | { readonly type: 'collected'; readonly key: string; readonly outcome: string; readonly durationMs: number }
  | { readonly type: 'judged'; readonly result: CheckResult };

export type OnCheckEvent = (event: CheckEvent) => void;
