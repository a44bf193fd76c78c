import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtProgram } from '../support/built.ts';
import { CTRL_C, CTRL_D, ENTER, ESCAPE, PtySession } from '../support/pty.ts';

/** What is shown, and what is typed then. */
type Step = readonly [shows: string, keys: string];

const PROD: readonly Step[] = [
  ['Where will Dify run?', 'k'],
  ['Environment?', 'p'],
  ['Version of Dify', ''],
  ['Context of the kubeconfig', 'prod-eu'],
  ['Public address', 'https://dify.example.com'],
  ['Ingress class', 'nginx'],
  ['TLS certificate of the ingress', ''],
  ['TLS Secret of the ingress', 'dify-tls'],
  ['Host of PostgreSQL', '127.0.0.1'],
  ['Port of PostgreSQL', ''],
  ['Role in PostgreSQL', ''],
  ['Database of Dify', ''],
  ['Database of the plugin daemon', ''],
  ['Password of PostgreSQL', ''],
  ['TLS for PostgreSQL', 'v'],
  ['Managed service', ''],
  ['How Redis is reached', 's'],
  ['Host of Redis', '127.0.0.1'],
  ['Password of Redis', 'file:./redis-password'],
  ['TLS for Redis', ''],
  ['Object storage', ''],
  ['Endpoint', 'http://127.0.0.1:9'],
  ['Bucket', 'dify'],
  ['Access key', ''],
  ['Secret key', ''],
  ['Which vector store', 'q'],
  ['Address of the vector store', 'http://127.0.0.1:9'],
  ['API key', '-'],
  ['Mail', 'n'],
  ['(RTO)?', ''],
  ['(RPO)?', ''],
  ['More settings?', ''],
];
const PROD_FLAGS = [
  ...['--target', 'kubernetes', '--tier', 'prod', '--context', 'prod-eu', '--url', 'https://dify.example.com'],
  ...['--target-ingress-class-name', 'nginx', '--target-ingress-tls-secret-name', 'dify-tls'],
  ...['--postgres-host', '127.0.0.1', '--postgres-password', 'env:DIFY_PG_PASSWORD', '--postgres-tls-mode'],
  ...['verify-full', '--redis-host', '127.0.0.1', '--redis-password', 'file:./redis-password'],
  ...['--object-storage-s3-endpoint', 'http://127.0.0.1:9', '--object-storage-s3-bucket', 'dify'],
  ...['--object-storage-s3-access-key', 'env:DIFY_S3_ACCESS_KEY'],
  ...['--object-storage-s3-secret-key', 'env:DIFY_S3_SECRET_KEY'],
  ...['--vector-store-qdrant-url', 'http://127.0.0.1:9', '--rto', '4h', '--rpo', '15m'],
];
const PROD_SETS = [
  'target.type=kubernetes',
  'tier=prod',
  'target={ type: kubernetes, context: prod-eu, ingress: { className: nginx, tls: { secretName: dify-tls } } }',
  ...['console', 'api', 'app', 'files'].map((part) => `urls.${part}=https://dify.example.com`),
  'postgres={ host: 127.0.0.1, password: { env: DIFY_PG_PASSWORD }, tls: { mode: verify-full } }',
  'redis.host=127.0.0.1',
  'redis.password=file:./redis-password',
  'objectStorage.s3.endpoint=http://127.0.0.1:9',
  'objectStorage.s3.bucket=dify',
  'objectStorage.s3.accessKey=env:DIFY_S3_ACCESS_KEY',
  'objectStorage.s3.secretKey={ env: DIFY_S3_SECRET_KEY }',
  'vectorStore.qdrant.url=http://127.0.0.1:9',
  'recovery.rto=4h',
  'recovery.rpo=15m',
];

const COMPOSE: readonly Step[] = [
  ['Where will Dify run?', 'd'],
  ['Environment?', 't'],
  ['Version of Dify', ''],
  ['Public address', ''],
  ['PostgreSQL', ''],
  ['Redis', ''],
  ['Object storage', ''],
  ['Vector store', ''],
  ['Mail', ''],
  ['More settings?', ''],
];

let program: string;
let folder: string;
const sessions: PtySession[] = [];

beforeAll(async () => {
  program = await builtProgram();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-init-'));
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.end();
  await rm(folder, { recursive: true, force: true });
});

/** Nothing can be found on PATH, so that no program of this machine has a say. */
function environment(): Record<string, string> {
  return { PATH: folder, HOME: folder, LANG: 'C.UTF-8' };
}

function onTerminal(
  args: readonly string[] = [],
  settings: { cols?: number; env?: Record<string, string> } = {},
): PtySession {
  const env = { ...environment(), ...settings.env };
  const session = new PtySession(process.execPath, [program, 'init', ...args], { cwd: folder, ...settings, env });
  sessions.push(session);
  return session;
}

async function answers(session: PtySession, steps: readonly Step[]): Promise<void> {
  for (const [shows, keys] of steps) {
    await session.sees(shows);
    session.press(`${keys}${ENTER}`);
  }
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without a terminal: standard input is closed at once. */
function withoutTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...environment(), ...env } };
    const child = execFile(process.execPath, [program, 'init', ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end();
  });
}

async function written(name = 'difyctl.yaml'): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

describe('three routes, the same bytes', () => {
  test('prod on kubernetes', async () => {
    const session = onTerminal();
    await answers(session, PROD);
    await session.sees('Write it?');
    session.press('w');
    expect(await session.exited).toBe(0);
    const byWizard = await written();
    const sets = PROD_SETS.flatMap((set) => ['--set', set]);
    expect(await withoutTerminal(['--out', 'flags.yaml', ...PROD_FLAGS])).toMatchObject({ code: 0 });
    expect(await withoutTerminal(['--out', 'sets.yaml', ...sets])).toMatchObject({ code: 0 });
    expect(await written('flags.yaml')).toBe(byWizard);
    expect(await written('sets.yaml')).toBe(byWizard);
    expect(byWizard).toContain('method: pitr');
  });

  test('test on compose, in forty columns', async () => {
    const session = onTerminal([], { cols: 40 });
    await answers(session, COMPOSE);
    await session.sees('Write it?');
    session.press('w');
    expect(await session.exited).toBe(0);
    const byWizard = await written();
    expect(await withoutTerminal(['--out', 'flags.yaml', '--target', 'compose', '--tier', 'test'])).toMatchObject({
      code: 0,
    });
    expect(
      await withoutTerminal(['--out', 'sets.yaml', '--set', 'target.type=compose', '--set', 'tier=test']),
    ).toMatchObject({
      code: 0,
    });
    expect(await written('flags.yaml')).toBe(byWizard);
    expect(await written('sets.yaml')).toBe(byWizard);
  });

  test('the command that the wizard ends with makes the same file', async () => {
    const session = onTerminal();
    await answers(session, PROD);
    await session.sees('Write it?');
    session.press('w');
    await session.exited;
    const command = /difyctl (init --non-interactive .*)/.exec(session.shown.replaceAll('\r\n', '\n'))?.[1] ?? '';
    const words = command.trim().split(' ').slice(1);
    expect(await withoutTerminal([...words, '--out', 'again.yaml'])).toMatchObject({ code: 0 });
    expect(await written('again.yaml')).toBe(await written());
  });
});

describe('leaving', () => {
  const places = [...PROD, ['Write it?', ''] as const].map(([shows], index) => [index, shows] as const);

  test('Ctrl-C at every question ends with 130 and leaves the folder as it was', async () => {
    for (const [index, shows] of places) {
      const session = onTerminal();
      await answers(session, PROD.slice(0, index));
      await session.sees(shows);
      session.press(CTRL_C);
      expect(await session.exited, shows).toBe(130);
      expect(await readdir(folder), shows).toEqual([]);
    }
  });

  test('an existing file survives Ctrl-C, Ctrl-D and q in its review', async () => {
    const text = '# mine\ntier: test # kept\napiVersion: difyctl/v1\ntarget: { type: compose }\n';
    await writeFile(join(folder, 'difyctl.yaml'), text);
    for (const keys of [CTRL_C, CTRL_D, 'q']) {
      const session = onTerminal();
      await session.sees('Write it?');
      session.press(keys);
      expect(await session.exited).toBe(130);
      expect(await written()).toBe(text);
      expect(await readdir(folder)).toEqual(['difyctl.yaml']);
    }
  });

  test('the end of the input is an error', async () => {
    const session = onTerminal();
    await session.sees('Where will Dify run?');
    session.press(CTRL_D);
    expect(await session.exited).toBe(130);
    expect(session.shown).toContain('Nothing was written');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('at the terminal', () => {
  test('Esc goes back, ? explains, and a wrong answer is refused at its question', async () => {
    const session = onTerminal(['--target', 'compose', '--tier', 'test']);
    await answers(session, [['Version of Dify', '']]);
    await session.sees('Public address');
    session.press('?');
    await session.sees('signed file links');
    session.press(`dify.example.com${ENTER}`);
    await session.sees('needs a scheme');
    session.press(`${'\u007f'.repeat(16)}http://dify.example.test${ENTER}`);
    await session.sees('beside Dify');
    session.press(ESCAPE);
    await session.sees('Public address');
    session.press(CTRL_C);
    expect(await session.exited).toBe(130);
  });

  test('a secret typed instead of its reference is refused and is not written anywhere', async () => {
    const session = onTerminal([
      '--target',
      'compose',
      '--tier',
      'test',
      '--postgres-mode',
      'external',
      '--postgres-host',
      '127.0.0.1',
    ]);
    await answers(session, [
      ['Version of Dify', ''],
      ['Public address', ''],
    ]);
    await session.sees('Password of PostgreSQL');
    session.press(`hunter2-hunter2${ENTER}`);
    await session.sees('Do not enter the secret itself');
    session.press(`env:LAB_PG${ENTER}`);
    await answers(session, COMPOSE.slice(5));
    await session.sees('Write it?');
    session.press('w');
    expect(await session.exited).toBe(0);
    expect(await written()).toContain('password: { env: LAB_PG }');
    expect(await written()).not.toContain('hunter2');
  });

  test('an existing file is edited in place: comments and order stay', async () => {
    await writeFile(
      join(folder, 'difyctl.yaml'),
      '# mine\napiVersion: difyctl/v1\ntier: test # kept\ntarget: { type: compose }\nmail: { provider: none } # quiet\n',
    );
    const session = onTerminal();
    await session.sees('Write it?');
    session.press('e');
    await session.sees('Which line?');
    session.press(`name${ENTER}`);
    await session.sees('Name of the deployment');
    session.press(`lab${ENTER}`);
    await session.sees('Write it?');
    session.press('w');
    expect(await session.exited).toBe(0);
    expect(await written()).toBe(
      '# mine\napiVersion: difyctl/v1\nname: lab\ntier: test # kept\ntarget: { type: compose }\nmail: { provider: none } # quiet\n',
    );
  });

  test('without colour the screen has no colour sequences', async () => {
    const session = onTerminal([], { env: { NO_COLOR: '1' } });
    await session.sees('Where will Dify run?');
    session.press(CTRL_C);
    await session.exited;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(session.raw).not.toMatch(/\u001b\[[0-9;]*[1-9][0-9;]*m/);
  });
});

describe('without a terminal', () => {
  test.each([
    ['with standard input closed', [], {}],
    ['with --non-interactive', ['--non-interactive'], {}],
    ['with CI set', [], { CI: 'true' }],
  ] as const)('%s every missing answer is listed at once, with flag and variable', async (_, args, env) => {
    const { code, stdout, stderr } = await withoutTerminal(args, env);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const listed = [
      'target',
      'tier',
      'url',
      'context',
      'postgres-host',
      'postgres-password',
      'redis-host',
      'rto',
      'rpo',
    ];
    for (const name of listed) {
      expect(stderr).toContain(`--${name} `);
      expect(stderr).toContain(`DIFYCTL_${name.replaceAll('-', '_').toUpperCase()}`);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('a slip in the name of a variable is named beside what is missing', async () => {
    const { code, stderr } = await withoutTerminal(['--target', 'compose'], { DIFYCTL_TEIR: 'test' });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean DIFYCTL_TIER?');
  });

  test('CI on a terminal asks nothing', async () => {
    const session = onTerminal([], { env: { CI: '1' } });
    expect(await session.exited).toBe(2);
    expect(session.shown).toContain('--tier');
  });

  test('missing and wrong answers are reported together, as one document with -o json', async () => {
    const args = ['-o', 'json', '--tier', 'test', '--target', 'kubernetes', '--name', 'Not A Name'];
    const { code, stdout, stderr } = await withoutTerminal(args);
    expect(code).toBe(2);
    expect(stderr).toBe('');
    const document = JSON.parse(stdout) as { kind: string; problems: { path: string }[] };
    expect(document.kind).toBe('Error');
    expect(document.problems.map(({ path }) => path)).toEqual(['name', '--url']);
  });

  test('the result is one document with -o json', async () => {
    const { code, stdout } = await withoutTerminal(['-o', 'json', '--tier', 'test', '--target', 'compose']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Init', file: 'difyctl.yaml', outcome: 'created', tier: 'test' });
    const again = await withoutTerminal(['-o', 'json', '--tier', 'test', '--target', 'compose']);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', changes: [] });
  });

  test('a secret instead of a reference is refused and not printed', async () => {
    const { code, stdout, stderr } = await withoutTerminal(['--tier', 'prod'], {
      DIFYCTL_POSTGRES_PASSWORD: 'hunter2-hunter2',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('DIFYCTL_POSTGRES_PASSWORD');
    expect(stdout + stderr).not.toContain('hunter2');
  });
});
