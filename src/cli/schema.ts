import type { Command } from 'commander';
import { deploymentJsonSchema } from '../deployment/json-schema.ts';
import type { CommandContext } from './context.ts';

/** `difyctl schema`: the JSON Schema of difyctl.yaml, the same text for `-o json`. */
export function define(command: Command, context: CommandContext): void {
  command.action(() => {
    context.stdout.write(`${JSON.stringify(deploymentJsonSchema(), null, 2)}\n`);
  });
}
