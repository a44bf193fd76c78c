import path from 'node:path';

import { bridgeAddress } from './bridge.ts';
import { clientEnvironment } from './client.ts';
import { downDocker } from './down.ts';
import { type DockerHost, type DockerState, hostPaths } from './host.ts';

/** The host that a state describes. */
export function hostOf(state: DockerState): DockerHost {
  const { name } = state;
  const { bin, socket } = hostPaths(name);
  return {
    name,
    url: `unix://${socket}`,
    bin,
    docker: path.join(bin, 'docker'),
    gateway: bridgeAddress(state.bridge),
    env: clientEnvironment(name),
    down: () => downDocker(name),
  };
}
