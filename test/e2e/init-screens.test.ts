import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtProgram } from '../support/built.ts';
import { ENTER, PtySession } from '../support/pty.ts';
import { GoldenScreens } from '../support/screens.ts';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

let program: string;
let folder: string;
let session: PtySession | undefined;

beforeAll(async () => {
  program = await builtProgram();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-screens-'));
});
afterEach(async () => {
  session?.end();
  await rm(folder, { recursive: true, force: true });
});

/** What is shown, what is typed then, and, if the screen is compared before that, its name. */
type Step = readonly [shows: string, keys: string, screen?: string];

const PROD: readonly Step[] = [
  ['Where will Dify run?', 'k', 'the first question'],
  ['Environment?', 'p'],
  ['Version of Dify', ''],
  ['Context of the kubeconfig', 'prod-eu'],
  ['Public address', '?', 'before its explanation'],
  ['signed file links', 'dify.example.com', 'with its explanation'],
  ['needs a scheme', `${'\u007f'.repeat(16)}https://dify.example.com`, 'a wrong address'],
  ['Ingress class', 'nginx', 'an optional text'],
  ['TLS certificate of the ingress', '?', 'who makes the certificate'],
  ['Otherwise you create', 'c'],
  ['Name of the issuer', 'letsencrypt'],
  ['TLS Secret of the ingress', '', 'a value that follows from others'],
  ['Host of PostgreSQL', '', 'a text that is needed'],
  ['Required.', '127.0.0.1', 'nothing was typed'],
  ['Port of PostgreSQL', ''],
  ['Role in PostgreSQL', ''],
  ['Database of Dify', ''],
  ['Database of the plugin daemon', ''],
  ['Password of PostgreSQL', 'hunter2-hunter2'],
  ['Do not enter', 'generated', 'a secret in place of a reference'],
  ['cannot create a secret', '', 'generated, which difyctl cannot make'],
  ['TLS for PostgreSQL', 'v'],
  ['Managed service', ''],
  ['How Redis is reached', 'c'],
  ['Celery cannot use', 's', 'a choice that cannot be had'],
  ['Host of Redis', '127.0.0.1'],
  ['Password of Redis', 'file:./redis-password'],
  ['TLS for Redis', ''],
  ['Object storage', ''],
  ['Endpoint', 'http://127.0.0.1:9'],
  ['Bucket', 'dify'],
  ['Access key', ''],
  ['Secret key', ''],
  ['Which vector store', 'q', 'a long list'],
  ['Address of the vector store', 'http://127.0.0.1:9'],
  ['API key', '-'],
  ['Mail', 'n'],
  ['(RTO)?', ''],
  ['(RPO)?', ''],
  ['More settings?', 'y', 'more settings'],
  ['Users working', '400'],
  ['Registry mirror', 'registry.example.com/dify'],
  ['Pull secret', 'regcred'],
  ['Node selector', 'dify', 'a node selector'],
  ['KEY=VALUE', `${'\u007f'.repeat(4)}pool=dify`, 'a wrong node selector'],
  ['Log level', 'w'],
  ['Backup repository', 's3:https://s3.example.net/dify-backup'],
];

describe('the complete screens of a production on Kubernetes', () => {
  test.each([100, 60, 40])('in %i columns', async (cols) => {
    const env = { PATH: folder, HOME: folder, LANG: 'C.UTF-8' };
    const wizard = new PtySession(process.execPath, [program, 'init'], { cwd: folder, env, cols });
    session = wizard;
    const screens = await GoldenScreens.open(join(GOLDEN, `init-prod-${cols}.txt`));
    for (const [shows, keys, name] of PROD) {
      await wizard.sees(shows);
      if (name !== undefined) await screens.compare(name, wizard);
      wizard.press(keys === '?' ? keys : `${keys}${ENTER}`);
    }
    await wizard.sees('Write it?');
    await screens.compare('the review', wizard);
    wizard.press('w');
    expect(await wizard.exited).toBe(0);
    await screens.compare('the end', wizard);
    await screens.close();
  });
});

test.each([100, 60, 40])('difyctl without arguments prints the overview for %i columns', async (cols) => {
  const overview = fileURLToPath(new URL(`../cli/golden/overview/${cols}.txt`, import.meta.url));
  session = new PtySession(process.execPath, [program], { cwd: folder, env: { PATH: folder, HOME: folder }, cols });
  expect(await session.exited).toBe(0);
  expect(session.screen).toBe((await readFile(overview, 'utf8')).trimEnd());
});
