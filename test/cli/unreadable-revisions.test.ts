import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { CHART } from '../support/chart.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

const GOOD = {
  ...{ apiVersion: 'difyctl/v1', kind: 'Revision', deployment: 'dify', number: 3, difyctl: '9.9.9', by: 'ops@here' },
  ...{ startedAt: '2026-11-22T12:00:00Z', phase: 'closed', outcome: 'applied', secretName: 'dify-difyctl-2' },
  ...{ file: {}, files: [], planDigest: 'abc', secretKeys: {} },
};
const NEWER = 'this installation was last changed by difyctl 9.9.9, so nothing was changed';
const DAMAGED = 'a revision of this installation cannot be read, so nothing was changed';

/** Bytes of the document of revision 3, as a file and as the gzip of a Secret; the expected reason; and the expected next step. */
const FAULTS = [
  ['an unknown outcome', bytes({ outcome: 'promoted' }), 'outcome "promoted" is unknown', NEWER],
  ['an unknown version', bytes({ version: 2 }), 'document version 2 is unknown', NEWER],
  ['damage', { file: Buffer.from('{"kind":"Rev'), gzip: Buffer.from('no gzip') }, 'it is not JSON', DAMAGED],
] as const;

function bytes(changes: object): { readonly file: Buffer; readonly gzip: Buffer } {
  const file = Buffer.from(JSON.stringify({ ...GOOD, ...changes }));
  return { file, gzip: gzipSync(file) };
}

const FILES = {
  kubernetes: `target: { type: kubernetes, namespace: dify, chart: { path: ${JSON.stringify(CHART)} } }
urls: { console: "http://a.test", api: "http://a.test", app: "http://a.test", files: "http://a.test" }
`,
  compose: 'target: { type: compose, directory: ./stack }\n',
};
type TargetType = keyof typeof FILES;

/**
 * Programs that answer as for an empty cluster or engine; kubectl also returns the Secret of the revision. Each call is
 * recorded.
 */
async function programs(secret: object | undefined): Promise<string> {
  const bin = join(folder.path, 'bin');
  const list = (...items: readonly object[]) => JSON.stringify({ kind: 'List', items });
  const answers = {
    kubectl: [
      `*'get secrets'*type=difyctl*) printf '%s' '${list(...(secret === undefined ? [] : [secret]))}' ;;`,
      `*' -o json'*) printf '%s' '${list()}' ;;`,
      `*jsonpath*) printf 'uid' ;;`,
    ],
    helm: [`*history*) printf '[]' ;;`, `*version*) printf 'v4.0.0' ;;`],
    docker: [`*info*) printf '{"ID":"engine","Name":"host"}' ;;`],
  };
  for (const [name, cases] of Object.entries(answers)) {
    const path = join(bin, name);
    await mkdir(dirname(path), { recursive: true });
    const note = `printf '%s\\n' "${name} $*" >> ${join(folder.path, 'calls')}`;
    await writeFile(path, `#!/bin/sh\n${note}\ncase "$*" in\n${cases.join('\n')}\nesac\n`);
    await chmod(path, 0o755);
  }
  return `${bin}:/usr/bin:/bin`;
}

/** The installation with revision 3 of these bytes; the variable PATH with which to run. */
async function installation(type: TargetType, { file, gzip }: ReturnType<typeof bytes>): Promise<string> {
  await writeFile(join(folder.path, 'difyctl.yaml'), `apiVersion: difyctl/v1\nname: dify\ntier: test\n${FILES[type]}`);
  if (type === 'kubernetes') {
    const metadata = { name: 'difyctl-dify-revision-3', namespace: 'dify' };
    const data = { 'revision.json.gz': gzip.toString('base64') };
    return programs({ apiVersion: 'v1', kind: 'Secret', type: 'difyctl/revision', metadata, data });
  }
  await mkdir(join(folder.path, 'stack', '.difyctl', 'revisions'), { recursive: true });
  await writeFile(composeRevision(), file);
  return programs(undefined);
}

const composeRevision = () => join(folder.path, 'stack', '.difyctl', 'revisions', '3.json');

/** The changes that programs were called for, and every file of the folder with its content. */
async function state(): Promise<{ readonly writes: readonly string[]; readonly files: ReadonlyMap<string, string> }> {
  const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const));
  const map = new Map(files);
  const calls = (map.get(join(folder.path, 'calls')) ?? '').split('\n');
  map.delete(join(folder.path, 'calls'));
  const writes =
    /^(kubectl (apply|create|replace|delete|patch)|helm (upgrade|install|uninstall)|docker compose .*(up|down))/;
  return { writes: calls.filter((call) => writes.test(call)), files: map };
}

const CHANGING: readonly (readonly [string, readonly string[], readonly TargetType[]])[] = [
  ['install', ['install', '--yes', '--only', 'config.debug-logs'], ['kubernetes', 'compose']],
  ['uninstall', ['uninstall', 'dify', '--yes'], ['kubernetes', 'compose']],
  ['secrets apply', ['secrets', 'apply', '--yes'], ['kubernetes']],
];

describe.each(['kubernetes', 'compose'] as const)('on %s, a revision with', (type) => {
  describe.each(FAULTS)('%s', (title, content, said, message) => {
    const reason = type === 'kubernetes' && title === 'damage' ? 'revision.json.gz is not valid gzip' : said;
    const where = () => (type === 'kubernetes' ? 'Secret difyctl-dify-revision-3' : composeRevision());
    let path: string;
    beforeEach(async () => {
      path = await installation(type, content);
    });
    const run = (...words: readonly string[]) =>
      runCli(words, { cwd: folder.path, env: { PATH: path, HOME: folder.path } });

    test.each(CHANGING.filter(([, , types]) => types.includes(type)))(
      'stops %s by name, and nothing changes',
      async (_command, words) => {
        const { files } = await state();
        const { code, stderr } = await run(...words);
        expect(stderr).toContain(`${message}\n`);
        expect(stderr).toContain(`    revision 3  ${where()}: ${reason}\n`);
        expect(code).toBe(2);
        expect(await state()).toEqual({ writes: [], files });
      },
    );

    test('is a row of history', async () => {
      const { code, stdout } = await run('history', '-o', 'json');
      const newer = message === NEWER ? { difyctl: '9.9.9' } : {};
      expect(JSON.parse(stdout).revisions).toEqual([
        { number: 3, outcome: 'unreadable', where: where(), detail: reason, ...newer },
      ]);
      expect(code).toBe(0);
    });

    test('is a note of status', async () => {
      const { code, stdout } = await run('status', '-o', 'json');
      const by = message === NEWER ? '; difyctl 9.9.9 or newer can read it' : '';
      expect(JSON.parse(stdout)).toMatchObject({ notes: [`revision 3 cannot be read (${where()}): ${reason}${by}`] });
      expect(code).toBe(0);
    });
  });
});
