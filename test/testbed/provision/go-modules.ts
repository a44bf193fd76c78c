import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { GoProgram } from '../../../src/rehearsal/programs/program.ts';
import { moduleFolder } from '../../../src/rehearsal/programs/provide.ts';

/** The folder of a Go module: under test/testbed/go, or the one that the product builds its control plane from. */
export function goModuleFolder(program: GoProgram): string {
  const own = fileURLToPath(new URL(`../go/${program.module}`, import.meta.url));
  return existsSync(own) ? own : moduleFolder(program);
}
