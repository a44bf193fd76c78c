import type { Deployment } from '../deployment/schema/deployment.ts';
import { iamText } from './buckets.ts';
import { type Prerequisites, prerequisitesOf } from './prerequisites.ts';
import { type Installer, rbacText } from './rbac.ts';
import { sqlScript } from './sql.ts';

/** A page for the people who prepare an installation, with a section for each of them. */
export function prerequisitesPage(deployment: Deployment, installer: Installer): string {
  const needs = prerequisitesOf(deployment);
  const { target } = deployment;
  const sections = [
    [`# Prerequisites of ${deployment.name}`, intro(deployment)],
    databases(deployment, needs),
    storage(needs),
    network(needs),
    names(needs, deployment),
    target.type === 'kubernetes'
      ? [
          '## Cluster: rights of the installing user',
          fence('yaml', rbacText(deployment, target.namespace, installer)),
          'The last Role is optional: preflight uses it for `--from cluster`, for `--deep`, and for the pods of its dry run.',
        ]
      : [],
  ];
  return `${sections.flat().join('\n\n')}\n`;
}

function intro({ tier, target, version }: Deployment): string {
  const place =
    target.type === 'kubernetes' ? `Kubernetes, namespace ${target.namespace}` : 'Docker Compose on one host';
  return `Dify ${version}, tier ${tier}, on ${place}. Generated from difyctl.yaml alone; contains no secrets.`;
}

function databases({ name }: Deployment, { databases: servers }: Prerequisites): readonly string[] {
  if (servers.length === 0) return [];
  return [
    '## Databases',
    ...servers.flatMap(({ host, port, databases: list, settings }) => [
      `\`${host}:${port}\`: ${settings.join('; ')}.`,
      table(
        ['database', 'owner', 'password', 'used by'],
        list.map((one) => [one.name, one.owner, one.password, one.usedBy]),
      ),
    ]),
    fence('sql', sqlScript(name, servers)),
  ];
}

function storage({ objectStorage }: Prerequisites): readonly string[] {
  if (objectStorage === undefined) return [];
  const { buckets, settings, provider, policy } = objectStorage;
  return [
    `## Object storage (${provider})`,
    table(
      ['bucket', 'used by'],
      buckets.map((one) => [one.name, one.usedBy]),
    ),
    `Each bucket: ${settings.join('; ')}.`,
    fence(policy === undefined ? 'sh' : 'json', iamText(objectStorage)),
  ];
}

function network({ connections, connectionNotes, egress }: Prerequisites): readonly string[] {
  return [
    '## Network: connections',
    table(
      ['from', 'to', 'for'],
      connections.map(({ from, host, port, service }) => [from.join(', '), `${host}:${port}`, service]),
    ),
    ...connectionNotes,
    'The machine that runs difyctl should reach the same addresses, so that preflight can probe them.',
    '## Network: hosts on the internet (TCP 443)',
    table(
      ['from', 'to', 'for', 'source'],
      egress.map(({ from, host, why, source }) => [from, host, why, source]),
    ),
    'In addition: the model providers in use, and the hosts that workflows call (through the SSRF proxy).',
  ];
}

function names({ names: list, certificates, authorities }: Prerequisites, { target }: Deployment): readonly string[] {
  const where = target.type === 'kubernetes' ? 'the ingress or its load balancer' : 'the Docker host';
  return [
    '## Names and certificates',
    table(
      ['DNS record', 'points to', 'ports', 'serves'],
      list.map(({ host, ports, parts }) => [`${host} (A, AAAA or CNAME)`, where, ports.join(', '), parts.join(', ')]),
    ),
    ...certificates.map((one) => `Certificate for ${one.names.join(', ')}: ${one.place}.`),
    ...authorities.map(({ of, file }) => `Authority of ${of}: ${file}, beside difyctl.yaml.`),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
