import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { drillDeployment } from '../../operations/drill.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import { drillVerdicts } from '../../recovery/drill-verdict.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';
import { refuseFuture, statedTime } from '../input/stated-time.ts';
import { drillText } from '../output/drill-text.ts';
import { progressView, resultStyle } from '../output/progress.ts';

interface Options {
  readonly at?: Date;
  readonly full?: true;
  readonly identity?: string;
  readonly report?: string;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl drill', 'Restore the newest set beside the installation, verify it, measure it and remove it.'],
  ['difyctl drill --full --report drill.html', 'Also start Dify on that data, and write a page for auditors.'],
];

/** `difyctl drill`: restores a set beside the installation, verifies and times it, removes it and stores the record. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[set]', 'id of the backup set; default: the newest')
    .addOption(new Option('--at <time>', 'restore to this time, such as 2026-11-29T02:15:00Z').argParser(statedTime))
    .option('--full', 'also start Dify itself on the restored data, check it from inside, and run a workflow')
    .option('--identity <file>', 'file with the age key, to verify private keys and credentials too')
    .option('--report <file>', 'also write the record there, as a page for auditors (.html)')
    .action(async (set = 'latest', { at, full, identity, report }: Options) => {
      refuseFuture(at, context.now());
      const page = pageOf(report, context.cwd);
      const loaded = await loadFile(context);
      const view = progressView(context);
      try {
        const { now, signal } = context;
        const input = {
          ...{ ...openInput(context, loaded), set, at, now, signal, onProgress: view.onProgress },
          full: full === true,
          identity: identity === undefined ? undefined : resolve(context.cwd, identity),
        };
        const { record, path } = await drillDeployment(input);
        view.end();
        const verdicts = drillVerdicts(record, loaded.deployment.recovery);
        if (page !== undefined) {
          const { drillHtml } = await import('../../report/html/drill.ts');
          await writeFileAtomic(page, context.redact(drillHtml(record, verdicts)));
        }
        const json = () =>
          documentText(printedDocument('DrillReport', now(), { ...withoutHead(record), verdicts, path }));
        context.stdout.write(
          context.output === 'json' ? json() : drillText(record, verdicts, path, resultStyle(context)),
        );
        if (record.outcome === 'fail' || verdicts.some(({ status }) => status === 'fail')) context.exit(EXIT.rehearsal);
      } finally {
        view.end();
      }
    });
}

/** The document has its own kind and writer. */
function withoutHead({ kind: _kind, version: _version, difyctl: _difyctl, ...facts }: DrillRecord) {
  return facts;
}

function pageOf(file: string | undefined, cwd: string): string | undefined {
  if (file === undefined) return undefined;
  if (/\.html?$/i.test(file)) return resolve(cwd, file);
  throw new UserError(`--report ${file}: the file's ending must be .html; -o json prints the document`);
}
