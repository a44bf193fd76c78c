import { Argument, type Command } from 'commander';
import { documentText } from '../../base/document.ts';
import type { JsonObject } from '../../base/json.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';

const SCHEMAS: Readonly<Record<string, () => Promise<JsonObject>>> = {
  deployment: async () => (await import('../../deployment/json-schema.ts')).deploymentJsonSchema(),
  policy: async () => (await import('../../policy/json-schema.ts')).policyJsonSchema(),
  'check-report': async () => (await import('../../checks/report-schema.ts')).checkReportJsonSchema(),
  'rehearsal-report': async () => (await import('../../rehearsal/report-schema.ts')).rehearsalReportJsonSchema(),
};

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl schema > difyctl.schema.json', 'Write the JSON Schema of difyctl.yaml for an editor.'],
  ['difyctl schema check-report', 'Print the JSON Schema of a report.'],
];

/** `difyctl schema`: prints the JSON Schema of difyctl.yaml or of another document. `-o json` prints the same text. */
export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(new Argument('[kind]', 'which document').choices(Object.keys(SCHEMAS)).default('deployment'))
    .action(async (kind: string) => {
      const schema = await SCHEMAS[kind]?.();
      context.stdout.write(documentText(schema));
    });
}
