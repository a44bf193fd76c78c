import { build, type Metafile } from 'esbuild';
import { expect, it } from 'vitest';

const ENTRIES = [
  'cli/frame/process',
  'cli/commands/preflight',
  'cli/output/check-output',
  'operations/preflight/cluster-access',
  'operations/preflight/preflight',
].map((name) => `src/${name}.ts`);
/** The bundle holds its value and nothing of what it is made of (build.mjs). */
const FLAG_TABLE = 'src/deployment/flag-table.ts';

/** What the files import at once, and what those do; types and what is loaded later are left out. */
function loadedWith(entries: readonly string[], { inputs }: Metafile): readonly string[] {
  const found = new Set(entries);
  for (const file of found) {
    if (file === FLAG_TABLE) continue;
    for (const { path, kind } of inputs[file]?.imports ?? []) if (kind === 'import-statement') found.add(path);
  }
  return [...found];
}

it('a look at a cluster without a file starts without the schema, the YAML parser and the drawing of a terminal', async () => {
  const { metafile } = await build({
    entryPoints: ENTRIES,
    outdir: '/none',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
  });
  const loaded = loadedWith(ENTRIES, metafile);
  expect(loaded).toContain('src/checks/registry.ts');
  expect(loaded).toContain('execa');
  const heavy = /^(zod|yaml|ora|@inquirer\/.*|pg|ioredis|src\/deployment\/schema\/.*)$/;
  expect(loaded.filter((path) => heavy.test(path))).toEqual([]);
});
