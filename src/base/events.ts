/** Progress as data. The terminal, the CI log and the JSON output subscribe; the core itself prints nothing. */
export type ProgressEvent =
  | { readonly type: 'step-started'; readonly step: string; readonly title: string }
  | { readonly type: 'step-progress'; readonly step: string; readonly detail: string }
  | {
      readonly type: 'step-ended';
      readonly step: string;
      readonly status: 'done' | 'failed' | 'skipped';
      readonly detail: string;
      readonly durationMs: number;
    }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly text: string };

export type OnProgress = (event: ProgressEvent) => void;
