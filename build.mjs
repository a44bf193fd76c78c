// Bundles src/ into dist/: two small entries (main.js, code-cache.js) and lazily loaded chunks.
// Runtime packages are bundled, so that users install only difyctl itself (docs/decisions.md).
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { withoutRepeatedImports } from './chunk-imports.mjs';
import { thirdPartyNotices } from './notices.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const outdir = process.env.BUILD_DIR ?? 'dist';

// The fields that flags set are derived from the schema. The bundle contains their value, so that no command loads the
// schema to know its options.
const flagFields = {
  name: 'flag-fields',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]deployment[\\/]flag-fields\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        write: false,
        bundle: true,
        format: 'esm',
        platform: 'node',
      });
      const code = Buffer.from(outputFiles[0].contents).toString('base64');
      const { FLAG_FIELDS } = await import(`data:text/javascript;base64,${code}`);
      return { contents: `export const FLAG_FIELDS = JSON.parse(${JSON.stringify(JSON.stringify(FLAG_FIELDS))});` };
    });
  },
};

// ora imports some 90 spinners. It uses `dots`, which src/report/spinner.ts names, and `line` where a terminal has no
// Unicode.
const usedSpinners = {
  name: 'used-spinners',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]cli-spinners[\\/]spinners\.json$/ }, ({ path }) => {
      const { dots, line } = JSON.parse(readFileSync(path, 'utf8'));
      return { loader: 'json', contents: JSON.stringify({ dots, line }) };
    });
  },
};

// Shortens local names, which saves a tenth of the bundle. Names at the top of a module, which are those of its functions
// and classes, stay: stacks in bug reports are readable.
const shortLocalNames = {
  name: 'short-local-names',
  setup({ onLoad }) {
    onLoad({ filter: /\.([cm]?js|ts)$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), {
        loader: path.endsWith('.ts') ? 'ts' : 'js',
        minifyIdentifiers: true,
        target: 'node20.19',
        legalComments: 'inline',
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      });
      return { contents: code };
    });
  },
};

// From Node 22.5 on, an import of node:http reads its getter WebSocket, which loads the client of `fetch`: 30 ms that no
// command needs. A require() reads only what is used.
const httpByRequire = {
  name: 'http-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'by-require' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'by-require' }, () => ({
      contents: `import { createRequire } from 'node:module';
        const http = createRequire(import.meta.url)('node:http');
        export const { Agent, createServer, request } = http;`,
    }));
  },
};

const { metafile, outputFiles } = await build({
  write: false,
  entryPoints: ['src/cli/frame/main.ts', 'src/cli/frame/code-cache.ts'],
  outdir,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Not minifyIdentifiers: it would rename the functions of modules too.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  sourcemap: false,
  plugins: [flagFields, usedSpinners, shortLocalNames, httpByRequire],
  define: { __DIFYCTL_VERSION__: JSON.stringify(version) },
});

// Bundled CommonJS packages may call require(), which ESM does not have. One chunk defines the function that they call.
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);\n";
mkdirSync(outdir, { recursive: true });
const texts = withoutRepeatedImports(new Map(outputFiles.map(({ path, text }) => [basename(path), text])));
for (const [name, text] of texts) {
  writeFileSync(join(outdir, name), text.includes('var __require=') ? REQUIRE + text : text);
}

// Licences of the bundled packages. Written before any file is deleted: a package without a licence fails the build.
const NOTICES = 'THIRD-PARTY-NOTICES.txt';
writeFileSync(join(outdir, NOTICES), thirdPartyNotices(Object.keys(metafile.inputs), '.'));

// Deletes the chunks of earlier builds last, so that a difyctl that runs meanwhile never misses its files.
const current = new Set([NOTICES, ...Object.keys(metafile.outputs).map((path) => basename(path))]);
for (const name of readdirSync(outdir)) {
  if (!current.has(name)) rmSync(join(outdir, name), { recursive: true });
}
