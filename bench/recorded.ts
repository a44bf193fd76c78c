import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crowdNode, crowdPod } from './crowd.ts';

/** Pages of this recording. The pages of pods refer to the pages of nodes in rotation. */
const NODE_PAGES = 10;
const POD_PAGES = 15;
export const RECORDED_NODES = NODE_PAGES * 500;
export const RECORDED_PODS = POD_PAGES * 10_000;

/**
 * Creates a folder with a `kubectl` that simulates a large cluster: it streams its lists page by page, so that no
 * cluster of that size is needed. One page of each kind is on disk, one item per line; `sed` inserts the page number
 * into its names.
 */
export function recordedKubectl(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(folder, 'nodes'),
    page('NodeList', RECORDED_NODES / NODE_PAGES, (at) => named(crowdNode(at), at)),
  );
  writeFileSync(
    join(folder, 'pods'),
    page('PodList', RECORDED_PODS / POD_PAGES, (at) => asServed(crowdPod(at, `crowd-@PAGE@-${at % 500}`))),
  );
  const path = join(bin, 'kubectl');
  writeFileSync(path, script(folder));
  chmodSync(path, 0o755);
  return bin;
}

function named(node: ReturnType<typeof crowdNode>, at: number): object {
  return { ...node, metadata: { ...node.metadata, name: `crowd-@PAGE@-${at}` } };
}

/** Adds as much data as an API server adds: defaults, field owners, status. */
function asServed(pod: object): object {
  return { ...pod, managed: 'x'.repeat(4000), status: { phase: 'Running' } };
}

function page(kind: string, items: number, make: (at: number) => object): string {
  const head = `{"kind":"${kind}","apiVersion":"v1","metadata":{"continue":"@NEXT@"},"items":[`;
  return `${head}\n${Array.from({ length: items }, (_, at) => JSON.stringify(make(at))).join(',\n')}\n]}\n`;
}

function script(folder: string): string {
  return `#!/bin/sh
for path in "$@"; do :; done
page=$(printf '%s' "$path" | sed -n 's/.*continue=//p')
page=\${page:-0}
play() { # file, pages, pages of nodes
  next=$((page + 1)); [ "$next" -lt "$2" ] || next=
  exec sed -e "s/@PAGE@/$((page % $3))/g" -e "s/@NEXT@/$next/" "${folder}/$1"
}
case $path in
  /version) echo '{"gitVersion":"v1.34.2"}' ;;
  /api/v1/nodes*) play nodes ${NODE_PAGES} ${NODE_PAGES} ;;
  /api/v1/pods*) play pods ${POD_PAGES} ${NODE_PAGES} ;;
  */storageclasses*) echo '{"items":[{"metadata":{"name":"standard","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"ebs.csi.aws.com"}]}' ;;
  *) echo 'Error from server (NotFound): not recorded' >&2; exit 1 ;;
esac
`;
}
