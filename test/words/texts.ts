import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A text that users read: a whole page, or one string of the source. */
export interface UserText {
  /** Path below the project's folder. */
  readonly file: string;
  readonly text: string;
}

/** Pages that users and contributors read. docs/style.md is not among them: it quotes what to avoid. */
export async function pages(): Promise<readonly UserText[]> {
  const names = (await readdir(join(ROOT, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md') && name !== 'style.md')
    .map((name) => join('docs', name));
  const files = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'test/testbed/README.md', ...names];
  return await Promise.all(files.map(async (file) => ({ file, text: await readFile(join(ROOT, file), 'utf8') })));
}

/**
 * Every string and every part of a template literal in `src`: messages, help, questions, values of JSON. Imports are
 * left out.
 */
export async function sourceStrings(): Promise<readonly UserText[]> {
  const names = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const files = names.map((name) => join('src', name)).toSorted();
  const texts = await Promise.all(
    files.map(async (file) => {
      const module = await parse(await readFile(join(ROOT, file), 'utf8'), { syntax: 'typescript', target: 'es2022' });
      return stringsIn(module.body).map((text) => ({ file, text }));
    }),
  );
  return texts.flat();
}

/** Strings of a syntax tree, by its documented node types (swc.rs, "AST"). */
function stringsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(stringsIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type } = node as { readonly type?: unknown };
  if (type === 'StringLiteral') return [(node as { readonly value: string }).value];
  if (type === 'TemplateElement') return [(node as { readonly raw: string }).raw];
  const parts = Object.entries(node).filter(([key]) => key !== 'source' && key !== 'span');
  return parts.flatMap(([, part]) => stringsIn(part));
}
