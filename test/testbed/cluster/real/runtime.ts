import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Paths of the files of the node's container runtime. */
export function runtimeFiles(folder: string) {
  const root = path.join(folder, 'containerd');
  return {
    root,
    config: path.join(root, 'config.toml'),
    cni: path.join(root, 'cni'),
    socket: path.join(root, 'socket'),
  };
}

/** Writes the configuration of containerd and of the pods' network. */
export async function writeRuntimeConfig(folder: string, pauseImage: string, pods: string): Promise<void> {
  const files = runtimeFiles(folder);
  await mkdir(files.cni, { recursive: true });
  await writeFile(files.config, containerdConfig(files, pauseImage));
  const network = {
    cniVersion: '0.4.0',
    name: 'testbed',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        // The node's own rule does this (namespaces.ts): the plugin's one would hide pods from those of the other node.
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  await writeFile(path.join(files.cni, '10-testbed.conflist'), JSON.stringify(network, undefined, 2));
}

// restrict_oom_score_adj: if a negative oom_score_adj is not permitted, every sandbox fails without this setting
// ("can't get final child's PID from pipe"). The socket's path must be short: the maximum is 107 characters.
const containerdConfig = (files: ReturnType<typeof runtimeFiles>, pauseImage: string): string => `version = 2
root = "${files.root}/root"
state = "/run/containerd"
[grpc]
  address = "${files.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${files.cni}"
`;
