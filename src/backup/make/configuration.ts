import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Revision } from '../../state/revisions/revision.ts';
import type { MadePart, MakeContext } from './context.ts';
import { copyFolder } from './files.ts';

export interface ConfigurationInput {
  /** The text of difyctl.yaml, which holds references and no secret. */
  readonly file: string;
  /** The newest applied revision. Undefined if difyctl did not install. */
  readonly revision: Revision | undefined;
  /** The roles of the server as SQL, without passwords. */
  readonly roles: string;
  readonly schemaHead: string;
}

/**
 * Stores difyctl.yaml, the rendered files without secrets, the roles of the server, and the versions and image ids of
 * the newest revision.
 */
export async function configurationPart(input: ConfigurationInput, context: MakeContext): Promise<MadePart> {
  const { file, revision, roles, schemaHead } = input;
  const folder = join(context.folder, 'configuration');
  const facts = {
    schemaHead,
    revision: revision?.number,
    chart: revision?.chart,
    tools: revision?.tools,
    images: revision?.running?.images,
  };
  const files = [
    ['difyctl.yaml', file],
    ['roles.sql', roles],
    ['installation.json', `${JSON.stringify(facts, null, 2)}\n`],
    // A file with secrets has no content in a revision.
    ...(revision?.files ?? []).flatMap(({ path, content }) =>
      content === undefined ? [] : [[join('rendered', path), content] as const],
    ),
  ] as const;
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode: 0o600 });
  }
  const details = revision === undefined ? { reason: 'no revision of difyctl' } : { revision: revision.number };
  return copyFolder('configuration', folder, [], details, context);
}
