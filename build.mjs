// Bundles src/ into dist/: two small entries (main.js, code-cache.js) and lazily loaded chunks.
// Runtime packages are bundled, so that users install only difyctl itself (docs/decisions.md).
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { thirdPartyNotices } from './notices.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const outdir = process.env.BUILD_DIR ?? 'dist';

// The table of options is derived from the schema. The bundle contains its value, so that no command loads the schema
// to know its options.
const flagTable = {
  name: 'flag-table',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]deployment[\\/]flag-table\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        write: false,
        bundle: true,
        format: 'esm',
        platform: 'node',
      });
      const code = Buffer.from(outputFiles[0].contents).toString('base64');
      const { FLAG_TABLE } = await import(`data:text/javascript;base64,${code}`);
      return { contents: `export const FLAG_TABLE = JSON.parse(${JSON.stringify(JSON.stringify(FLAG_TABLE))});` };
    });
  },
};

const { metafile } = await build({
  entryPoints: ['src/cli/frame/main.ts', 'src/cli/frame/code-cache.ts'],
  outdir,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Identifiers are not minified: stacks in bug reports stay readable, and keeping names by calls (keepNames) costs
  // more than the bytes saved.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  sourcemap: false,
  plugins: [flagTable],
  define: { __DIFYCTL_VERSION__: JSON.stringify(version) },
  // Bundled CommonJS packages may call require(); ESM output has none of its own.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

// Licences of the bundled packages. Written before any file is deleted: a package without a licence fails the build.
const NOTICES = 'THIRD-PARTY-NOTICES.txt';
writeFileSync(join(outdir, NOTICES), thirdPartyNotices(Object.keys(metafile.inputs), '.'));

// Deletes the chunks of earlier builds last, so that a difyctl that runs meanwhile never misses its files.
const current = new Set([NOTICES, ...Object.keys(metafile.outputs).map((path) => basename(path))]);
for (const name of readdirSync(outdir)) {
  if (!current.has(name)) rmSync(join(outdir, name), { recursive: true });
}
