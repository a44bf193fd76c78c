// Bundles src/ into dist/: one small launcher (main.js) and lazily loaded chunks.
// Runtime packages are bundled, so that users install nothing but difyctl itself (docs/decisions.md).
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  sourcemap: false,
  define: { __DIFYCTL_VERSION__: JSON.stringify(version) },
  // Bundled CommonJS packages may call require(); ESM output has none of its own.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
