import { build, type Metafile } from 'esbuild';
import { expect, it } from 'vitest';

const ENTRIES = [
  'cli/frame/process',
  'cli/commands/preflight',
  'cli/output/check-output',
  'operations/preflight/cluster-access',
  'operations/preflight/preflight',
].map((name) => `src/${name}.ts`);
/** The bundle contains its value, without the modules that compute it (build.mjs). */
const FLAG_FIELDS = 'src/deployment/flag-fields.ts';

/** The static imports of the files, and those of the imported files; without types and lazy imports. */
function loadedWith(entries: readonly string[], { inputs }: Metafile): readonly string[] {
  const found = new Set(entries);
  for (const file of found) {
    if (file === FLAG_FIELDS) continue;
    for (const { path, kind } of inputs[file]?.imports ?? []) if (kind === 'import-statement') found.add(path);
  }
  return [...found];
}

it('a preflight of a cluster without a file loads neither the schema nor the YAML parser nor the terminal drawing', async () => {
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
