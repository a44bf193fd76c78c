import { createRunner } from '../../src/exec/execa-runner.ts';

/** A process with a program that ends with it. Prints the program's process id and runs for an hour. */
const runner = createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
const onStdout = (chunk: Buffer) => process.stdout.write(chunk);
await runner.run('sh', ['-c', 'echo $$; exec sleep 3600'], { killWithParent: true, timeoutMs: 3_600_000, onStdout });
