import { posix } from 'node:path';
import { ISSUER_ANNOTATIONS, type KubernetesTarget } from '../target.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

/** Rules for edition, target, image registry and accepted risks. */
export const FRAME_RULES: readonly Rule[] = [
  rule(['edition'], ({ edition }) => [
    edition === 'enterprise' &&
      problem('edition', 'enterprise: difyctl cannot render the Enterprise chart yet; use community'),
  ]),
  rule(['edition', 'target'], ({ edition, target }) => [
    edition === 'enterprise' &&
      target.type === 'compose' &&
      problem('target.type', 'compose: Dify Enterprise runs on kubernetes only'),
  ]),
  rule(['target'], ({ target }) =>
    target.type === 'compose' ? [...portsDiffer(target), ...directoryIsSafe(target.directory)] : [],
  ),
  rule(['target'], ({ target }) => (target.type === 'kubernetes' ? [...oneIssuer(target), ...oneEntry(target)] : [])),
  rule(['images'], ({ images }) => [
    images?.registry !== undefined &&
      /^[a-z]+:\/\/|\/$|\s/.test(images.registry) &&
      problem(
        'images.registry',
        'a registry and path without scheme and trailing slash, such as registry.example.com/dify',
      ),
  ]),
  rule(['acceptedRisks'], ({ acceptedRisks }) =>
    acceptedRisks.map(({ check }, index) => {
      const first = acceptedRisks.findIndex((risk) => risk.check === check);
      return first < index && problem(`acceptedRisks.${index}.check`, `${check} is accepted twice`);
    }),
  ),
];

/** Two ways in would be two public addresses with different certificates, limits and logs. */
function oneEntry({ ingress, httpRoute, loadBalancer }: KubernetesTarget): Finding[] {
  const [first, ...others] = Object.entries({ ingress, httpRoute, loadBalancer }).filter(
    ([, block]) => block !== undefined,
  );
  return others.map(([name]) =>
    problem(`target.${name}`, `not together with target.${first?.[0]}; keep one of the two`),
  );
}

/** cert-manager refuses an Ingress with two issuers. */
function oneIssuer({ ingress }: KubernetesTarget): Finding[] {
  if (ingress?.tls?.issuer === undefined) return [];
  return Object.values(ISSUER_ANNOTATIONS)
    .filter((annotation) => annotation in ingress.annotations)
    .map((annotation) =>
      problem(
        ['target', 'ingress', 'annotations', annotation],
        'not together with target.ingress.tls.issuer; keep one of the two',
      ),
    );
}

function portsDiffer(target: {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly tls?: unknown;
}): Finding[] {
  const clash = target.tls !== undefined && target.httpPort === target.httpsPort;
  return clash
    ? [problem('target.httpsPort', `${target.httpsPort} is already httpPort; nginx needs one port for each`)]
    : [];
}

/** Refuses the root and system folders themselves: difyctl writes to the folder, and uninstall inspects it. */
function directoryIsSafe(directory: string): Finding[] {
  const folded = posix.normalize(directory).replace(/\/+$/, '');
  if (folded === '') return [problem('target.directory', 'a separate folder, not the root of the file system')];
  const system = ['/etc', '/usr', '/bin', '/sbin', '/lib', '/boot', '/dev', '/proc', '/sys', '/var', '/home', '/root'];
  return system.includes(folded) ? [problem('target.directory', `a separate folder, not ${folded} itself`)] : [];
}
