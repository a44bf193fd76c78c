import { type Command, Option } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { iamText } from '../../prerequisites/buckets.ts';
import { prerequisitesPage } from '../../prerequisites/markdown.ts';
import { prerequisitesOf } from '../../prerequisites/prerequisites.ts';
import { type Installer, rbacObjects, rbacText } from '../../prerequisites/rbac.ts';
import { sqlScript } from '../../prerequisites/sql.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';

const FORMATS = ['md', 'sql', 'iam', 'rbac'] as const;
type Format = (typeof FORMATS)[number];

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl prerequisites', 'List what other teams must prepare, as one page.'],
  ['difyctl prerequisites --format sql', 'Print the statements for the database administrator.'],
];

/** `difyctl prerequisites`: lists what other teams must prepare. Needs only the file. */
export function define(command: Command, context: CommandContext): void {
  command
    .addOption(new Option('--format <form>', 'one page with everything, or one part').choices(FORMATS).default('md'))
    .addOption(
      new Option('--installer <subject>', 'who gets the rights: user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME')
        .default('group:dify-installers')
        .argParser((text: string) => text),
    )
    .action(async ({ format, installer }: { readonly format: Format; readonly installer: string }) => {
      const { deployment } = await loadFile(context);
      const subject = readInstaller(installer);
      const text =
        context.output === 'json' ? json(deployment, subject, context.now()) : written(format, deployment, subject);
      context.stdout.write(text);
    });
}

function written(format: Format, deployment: Deployment, installer: Installer): string {
  switch (format) {
    case 'md':
      return prerequisitesPage(deployment, installer);
    case 'sql':
      return sqlScript(deployment.name, prerequisitesOf(deployment).databases);
    case 'iam':
      return iamText(prerequisitesOf(deployment).objectStorage);
    case 'rbac':
      if (deployment.target.type === 'kubernetes') return rbacText(deployment, deployment.target.namespace, installer);
      throw new UserError(
        '--format rbac is for Kubernetes; on Compose the installing user needs only the Docker engine',
        {
          next: ['difyctl prerequisites'],
        },
      );
  }
}

function json(deployment: Deployment, installer: Installer, now: Date): string {
  const { target } = deployment;
  const rbac = target.type === 'kubernetes' ? { rbac: rbacObjects(deployment, target.namespace, installer) } : {};
  return documentText(printedDocument('Prerequisites', now, { ...prerequisitesOf(deployment), ...rbac }));
}

const KINDS = { user: 'User', group: 'Group', serviceaccount: 'ServiceAccount' } as const;

function readInstaller(text: string): Installer {
  const [word = '', ...rest] = text.split(':');
  const name = rest.join(':');
  const kind = Object.entries(KINDS).find(([candidate]) => candidate === word)?.[1];
  const [namespace = '', account = ''] = name.split('/');
  if (kind === 'ServiceAccount' && namespace !== '' && account !== '') return { kind, name: account, namespace };
  if (kind !== undefined && kind !== 'ServiceAccount' && name !== '') return { kind, name };
  throw new UserError('--installer: write user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME');
}
