// The notice of third-party packages in the bundle: name, version, licence and the licence's own text of each, out of the bundler's list of what it read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences whose only duty is that their text goes along. Any other one has to be read by a person first. */
const KNOWN = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);
const LICENCE_FILE = /^(licen[cs]e|copying)(\.(md|txt))?$/i;
const NOTICE_FILE = /^notice(\.(md|txt))?$/i;
const RULE = '-'.repeat(80);

/**
 * The folders of the packages that a bundle was made of, sorted.
 * @param {readonly string[]} inputs paths as esbuild's metafile names them
 * @returns {string[]} such as `node_modules/@inquirer/core`
 */
export function packageFolders(inputs) {
  const folders = inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * The text of the notice. Throws Error for a package whose licence is not known or whose text is not found: such a package is not bundled.
 * @param {readonly string[]} inputs paths as esbuild's metafile names them
 * @param {string} root the folder that they are relative to
 * @returns {string}
 */
export function thirdPartyNotices(inputs, root) {
  const entries = new Map(packageFolders(inputs).map((folder) => entryOf(join(root, folder))));
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = `difyctl holds code of these ${sorted.length} packages, each under its own licence.`;
  return [head, ...sorted.map(([title, text]) => `${RULE}\n${title}\n\n${text}`), ''].join('\n\n');
}

/** @returns {[string, string]} `zod 4.6.7 (MIT)`, and its texts */
function entryOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!KNOWN.has(license)) {
    throw new Error(
      `${name} ${version} has the licence ${license ?? '(none)'}; read it, and add it to KNOWN in notices.mjs, or leave the package out`,
    );
  }
  const files = readdirSync(folder);
  const read = (pattern) =>
    files.filter((file) => pattern.test(file)).map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const texts = [...read(LICENCE_FILE), ...read(NOTICE_FILE)];
  const text = texts.length > 0 ? texts.join('\n\n') : licenceOfReadme(folder, files);
  if (text === undefined) throw new Error(`${name} ${version} brings no text of its licence, ${license}`);
  return [`${name} ${version} (${license})`, text];
}

/** Some packages have their licence at the end of their README alone. */
function licenceOfReadme(folder, files) {
  const name = files.find((file) => /^readme\.md$/i.test(file));
  const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
  const section = /^#+ *licen[cs]e *\n([\s\S]*?)(?=^#|$(?![\s\S]))/im.exec(text)?.[1]?.trim() ?? '';
  return /Permission is hereby granted/.test(section) ? section : undefined;
}
