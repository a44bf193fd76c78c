import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Problem, UserError } from '../../src/base/errors.ts';
import { loadDeployment, parseDeployment } from '../../src/deployment/load.ts';
import { NO_OVERRIDES } from '../../src/deployment/overrides.ts';

const TEST = 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n';
const EXTERNAL = `${TEST}postgres:\n  mode: external\n  host: db\n`;

/** Problems of a text; empty if it is valid. */
function problemsOf(text: string): readonly Problem[] {
  try {
    parseDeployment(text, { source: 'difyctl.yaml' });
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

describe('a text that is not readable YAML', () => {
  it.each<[string, string, RegExp, number | undefined]>([
    ['is empty', '', /empty/, undefined],
    ['holds comments alone', '# nothing\n\n', /empty/, undefined],
    ['is a list', '- a\n', /keys and values/, 1],
    ['is one word', 'hunter2\n', /keys and values/, 1],
    ['says a key twice', `${TEST}tier: prod\n`, /duplicate key; the first is at 2:1$/, 4],
    ['is indented with a tab', `${TEST}postgres:\n\tmode: bundled\n`, /tab/, 5],
    ['holds two documents', `${TEST}---\n${TEST}`, /one deployment/, 4],
    ['lacks a quote', `${TEST}name: "dify\n`, /quote/, 5],
    ['lacks a bracket', `${TEST}urls: { console: x\n`, /bracket|flow|indentation/, undefined],
    ['has two colons', `${TEST}name: a: b\n`, /colon/, 4],
    ['uses an alias without its anchor', `${TEST}mail: *nobody\n`, /alias/, undefined],
  ])('%s', (_title, text, message, line) => {
    const [first] = problemsOf(text);
    expect(first?.message).toMatch(message);
    if (line !== undefined) expect(first?.line).toBe(line);
  });

  it.each([
    'password: "hunter2',
    'password: [hunter2',
    'a: b: hunter2',
    '"hunter2": "x" y',
    '@hunter2',
    'x: &a *hunter2',
    '%hunter2',
  ])('its error never repeats its contents: %s', (text) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('a file with a byte order mark, Windows line ends, anchors and merge keys is read', () => {
    const text = `\uFEFF${TEST}postgres: &same\n  mode: bundled\nredis:\n  <<: *same\n`.replaceAll('\n', '\r\n');
    expect(problemsOf(text)).toEqual([]);
  });

  it('is refused if aliases multiply it beyond the limit', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`),
    ];
    expect(problemsOf(bomb.join('\n'))[0]?.message).toMatch(/alias/);
  });
});

describe('the errors of a file', () => {
  it.each<[string, string, string, string | RegExp]>([
    ['a misspelt section', `${TEST}postgress: {}\n`, 'postgress', 'unknown key; did you mean postgres?'],
    [
      'a misspelt key',
      `${EXTERNAL}  password: { env: A }\n  usrname: x\n`,
      'postgres.usrname',
      'unknown key; did you mean username?',
    ],
    [
      'a key of the other branch',
      `${TEST}postgres: { mode: bundled, host: db }\n`,
      'postgres.host',
      'only allowed with postgres.mode: external',
    ],
    [
      'a misspelt key of the other branch',
      `${TEST}postgres: { mode: bundled, hots: db }\n`,
      'postgres.hots',
      'unknown key; did you mean host, which is only allowed with postgres.mode: external?',
    ],
    [
      'a key of the other way to name a chart',
      `${TEST.replace('compose', 'kubernetes, chart: { repo: https://r, username: x, path: ./dify.tgz }')}`,
      'target.chart.path',
      'not together with repo, username; keep one of them',
    ],
    [
      'a key of the other target',
      `${TEST.replace('compose', 'compose, namespace: x')}`,
      'target.namespace',
      'only allowed with target.type: kubernetes',
    ],
    [
      'a block of another provider',
      `${TEST}vectorStore: { mode: external, provider: qdrant, weaviate: { url: http://w }, qdrant: { url: http://q } }\n`,
      'vectorStore.weaviate',
      'only allowed with vectorStore.provider: weaviate',
    ],
    [
      'a key whose home is deeper',
      `${TEST}vectorStore: { mode: external, provider: qdrant, url: http://q, qdrant: { url: http://q } }\n`,
      'vectorStore.url',
      'unknown key here; did you mean vectorStore.qdrant.url?',
    ],
    ['a missing target', TEST.replace(/target: .*\n/, ''), 'target', /^needed/],
    [
      'a missing field, with its flag',
      `${EXTERNAL}`,
      'postgres.password',
      /^needed: a reference to the secret.*\(--postgres-password\)$/,
    ],
    [
      'a missing field that a word explains',
      `${EXTERNAL.replace('  host: db\n', '')}  password: { env: A }\n`,
      'postgres.host',
      /^needed: host name.*\(--postgres-host\)$/,
    ],
    ['an empty line', `${TEST}mail:\n`, 'mail', /^empty; write/],
    ['a choice that is none', TEST.replace('test', 'prd'), 'tier', 'one of test, prod; did you mean prod?'],
    ['no choice', TEST.replace('tier: test\n', ''), 'tier', 'needed: one of test, prod (--tier)'],
    [
      'a number in quotes',
      TEST.replace('compose', 'compose, httpPort: "80"'),
      'target.httpPort',
      'a number, without quotes',
    ],
    ['a version that YAML takes for a number', `${TEST}version: 1.16\n`, 'version', 'text; put it in quotes'],
    ['a port beyond', TEST.replace('compose', 'compose, httpPort: 99999'), 'target.httpPort', 'at most 65535'],
    ['a URL without scheme', `${TEST}urls: { console: dify.example.com }\n`, 'urls.console', /scheme/],
    [
      'a URL with a trailing slash',
      `${TEST}urls: { console: http://dify.example.com/ }\n`,
      'urls.console',
      /trailing slash/,
    ],
    [
      'Redis Cluster',
      `${TEST}redis: { mode: external, topology: cluster, host: r }\n`,
      'redis.topology',
      'cluster: Celery cannot use Redis Cluster as its broker; use sentinel',
    ],
    ['the Enterprise edition', `${TEST}edition: enterprise\n`, 'edition', /^enterprise: /],
    ['a tilde', TEST.replace('compose', 'compose, directory: ~/dify'), 'target.directory', /~ is not expanded/],
    [
      'a sentinel without nodes',
      `${TEST}redis: { mode: external, topology: sentinel, sentinel: { master: m, nodes: [] } }\n`,
      'redis.sentinel.nodes',
      /at least one/,
    ],
    [
      'a port of a sentinel that cannot be',
      `${TEST}redis: { mode: external, topology: sentinel, sentinel: { master: m, nodes: ["s:0"] } }\n`,
      'redis.sentinel.nodes[0]',
      /65535/,
    ],
  ])('%s', (_title, text, path, message) => {
    const found = problemsOf(text).filter((problem) => problem.path === path);
    expect(found.map((problem) => problem.message)).toEqual([
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
  });

  it.each([
    'hunter2',
    '"hunter2"',
    '[hunter2]',
    '{ hunter2 }',
    '{ env: hunter2! }',
    '{ envv: hunter2 }',
    '{ env: A, value: hunter2 }',
    '{ file: A, env: hunter2 }',
    '12345678',
    '|\n    hunter2',
  ])('a secret in the open (%s) is refused at its place and never printed', (secret) => {
    const problems = problemsOf(`${EXTERNAL}  password: ${secret}\n`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: 'postgres.password', line: 7, column: 3 });
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|12345678/);
  });

  it('are reported together, in the order of the file, also for rules between fields', () => {
    const text = `${TEST}nmae: x\nredis: { databases: { cache: 1 } }\nlogging: { level: LOUD }\ncomponents: { beat: { replicas: 2 } }\n`;
    expect(problemsOf(text).map(({ path, line }) => [path, line])).toEqual([
      ['nmae', 4],
      ['redis.databases.broker', 5],
      ['logging.level', 6],
      ['components.beat.replicas', 7],
    ]);
  });

  it('have line and column', () => {
    expect(problemsOf(`${EXTERNAL}  password: { env: A }\n  port: 0\n`)).toEqual([
      { path: 'postgres.port', message: 'at least 1', line: 8, column: 3 },
    ]);
  });
});

describe('tier defaults', () => {
  it('are bundled and local in test, on localhost with the port of Compose', () => {
    const { deployment } = parseDeployment(TEST.replace('compose', 'compose, httpPort: 8080'), { source: 'x' });
    expect(deployment.urls).toEqual({
      console: 'http://localhost:8080',
      api: 'http://localhost:8080',
      app: 'http://localhost:8080',
      files: 'http://localhost:8080',
    });
    expect([
      deployment.postgres.mode,
      deployment.redis.mode,
      deployment.objectStorage.provider,
      deployment.vectorStore.mode,
    ]).toEqual(['bundled', 'bundled', 'local', 'bundled']);
  });

  it('are external in prod, which requires addresses, and contain no recovery plan', () => {
    const paths = problemsOf(TEST.replace('test', 'prod')).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'urls',
        'postgres.host',
        'postgres.password',
        'redis.host',
        'objectStorage.s3',
        'vectorStore.qdrant',
      ]),
    );
  });

  it('never override the file', () => {
    const text = `${TEST}urls: { console: http://a.test, api: http://a.test, app: http://a.test, files: http://a.test }\n`;
    expect(parseDeployment(text, { source: 'x' }).deployment.urls.console).toBe('http://a.test');
  });
});

describe('loadDeployment', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'difyctl-load-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('returns the path of the file, and the folder that its paths are relative to', async () => {
    await writeFile(join(folder, 'a.yaml'), TEST);
    const loaded = await loadDeployment('a.yaml', { ...NO_OVERRIDES, cwd: folder });
    expect(loaded).toMatchObject({ path: join(folder, 'a.yaml'), baseDirectory: folder, text: TEST, warnings: [] });
  });

  it('refuses a missing file, and names the command that creates one', async () => {
    const failure = loadDeployment(join(folder, 'none.yaml'));
    await expect(failure).rejects.toThrow(/does not exist/);
    await expect(failure).rejects.toMatchObject({
      next: [`difyctl init --out ${join(folder, 'none.yaml')}`, expect.any(String)],
    });
  });

  it('refuses a folder, and bytes that are not UTF-8', async () => {
    await mkdir(join(folder, 'd'));
    await expect(loadDeployment(join(folder, 'd'))).rejects.toThrow(/folder/);
    await writeFile(join(folder, 'latin1.yaml'), Buffer.from([0x74, 0x3a, 0x20, 0xe9, 0x0a]));
    await expect(loadDeployment(join(folder, 'latin1.yaml'))).rejects.toThrow(/UTF-8/);
  });

  it('refuses a file that may not be read', async () => {
    await writeFile(join(folder, 'a.yaml'), TEST);
    await chmod(join(folder, 'a.yaml'), 0);
    await asSomebodyElse(async () => {
      await expect(loadDeployment(join(folder, 'a.yaml'))).rejects.toThrow(/cannot be read by this user/);
    });
  });
});

/** root may read everything, so its tests run as `nobody`. */
async function asSomebodyElse(look: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return look();
  process.seteuid?.(65_534);
  try {
    await look();
  } finally {
    process.seteuid?.(0);
  }
}
