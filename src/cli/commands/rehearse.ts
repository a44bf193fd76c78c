import { resolve } from 'node:path';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { nearest } from '../../base/suggest.ts';
import { rehearseDeployment } from '../../operations/rehearsal/rehearse.ts';
import { DRILL_KINDS, type DrillKind, printedRehearsal, type RehearsalReport } from '../../rehearsal/report.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';
import { progressView, resultStyle } from '../output/progress.ts';
import { rehearsalText } from '../output/rehearsal-text.ts';

interface Options {
  readonly nodes?: string;
  readonly zones?: string;
  readonly drills?: string;
  readonly programs?: string;
  readonly report?: string;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl rehearse', 'Copy the shape of the cluster, and lose each node and each zone of the copy.'],
  ['difyctl rehearse --nodes 6x8C32G --zones 3', 'The same for nodes that do not exist yet.'],
];

/** `difyctl rehearse`: installs on a throwaway control plane with simulated nodes, and runs drills there. */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--nodes <classes>', 'nodes to simulate, such as 6x8C32G,2x4C16G; default: those of the cluster')
    .option('--zones <number>', 'zones of the simulated nodes (with --nodes; default: 1)')
    .option('--drills <list>', `drills to run: ${DRILL_KINDS.join(', ')}`)
    .option('--programs <dir>', 'a folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok')
    .option('--report <file>', 'also write the report there, as a page with pictures of nodes and pods (.html)')
    .action(async (options: Options) => {
      const page = pageOf(options.report, context.cwd);
      const zones = zonesOf(options);
      const kinds = drillsOf(options.drills);
      const loaded = await loadFile(context);
      const view = progressView(context);
      try {
        const report = await rehearseDeployment({
          ...openInput(context, loaded),
          ...{ nodes: options.nodes, zones, kinds, now: context.now, signal: context.signal },
          programs: options.programs === undefined ? undefined : resolve(context.cwd, options.programs),
          onProgress: view.onProgress,
        });
        view.end();
        if (page !== undefined) {
          const { rehearsalHtml } = await import('../../report/html/rehearsal.ts');
          await writeFileAtomic(page, context.redact(rehearsalHtml(report)));
        }
        context.stdout.write(
          context.output === 'json' ? json(report, context) : rehearsalText(report, resultStyle(context)),
        );
        if (report.summary.fail > 0) context.exit(EXIT.rehearsal);
      } finally {
        view.end();
      }
    });
}

function json(report: RehearsalReport, { now }: CommandContext): string {
  return documentText(printedDocument('RehearsalReport', now(), printedRehearsal(report)));
}

function pageOf(file: string | undefined, cwd: string): string | undefined {
  if (file === undefined) return undefined;
  if (/\.html?$/i.test(file)) return resolve(cwd, file);
  throw new UserError(`--report ${file}: the file's ending must be .html; -o json prints the document`);
}

function zonesOf({ nodes, zones }: Options): number {
  if (zones === undefined) return 1;
  if (nodes === undefined)
    throw new UserError('--zones needs --nodes: without it, the zones of the cluster are copied');
  const count = Number(zones);
  if (Number.isInteger(count) && count >= 1 && count <= 9) return count;
  throw new UserError(`--zones ${zones}: a number from 1 to 9`);
}

function drillsOf(list: string | undefined): readonly DrillKind[] | undefined {
  if (list === undefined) return undefined;
  return list.split(',').map((word) => {
    const name = word.trim();
    const kind = DRILL_KINDS.find((known) => known === name);
    if (kind !== undefined) return kind;
    const meant = nearest(name, DRILL_KINDS);
    throw new UserError(`--drills ${name}: one of ${DRILL_KINDS.join(', ')}`, {
      next: meant === undefined ? [] : [`did you mean ${meant}?`],
    });
  });
}
