import { packageFile } from '../../base/package-file.ts';
import type { StageFile } from '../plane/simulation.ts';
import { type Shape, zoneOf } from './shape.ts';

/** Provisioners whose volumes are disks of one node. Source: the documentation of each. */
const LOCAL_PROVISIONERS: readonly string[] = [
  'rancher.io/local-path',
  'kubernetes.io/no-provisioner',
  'k8s.io/minikube-hostpath',
  'docker.io/hostpath',
  'microk8s.io/hostpath',
  'openebs.io/local',
  'local.csi.openebs.io',
  'topolvm.io',
];

/** The stages that provision volumes for claims in this shape. */
export function claimStage(shape: Shape): StageFile {
  const local = shape.storageClasses.filter(({ provisioner }) => LOCAL_PROVISIONERS.includes(provisioner));
  const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(' ');
  const text = packageFile('templates/rehearsal/simulation/claims.yaml')
    .replaceAll('@ZONES@', quoted(shape.nodes.flatMap((node) => [node.name, zoneOf(node)])))
    .replaceAll('@LOCAL@', quoted(local.map(({ name }) => name)));
  return { name: 'claims', text };
}
