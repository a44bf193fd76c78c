import { useTestbed } from '../fixtures.ts';
import { buildImages } from '../images/build.ts';
import { progressPrinter } from '../provision/progress.ts';
import { claim, release } from '../shared/pool.ts';
import { testRun } from '../shared/run.ts';
import type { DockerHost } from './host.ts';
import { onlyImages, SHARED_DOCKER } from './shared.ts';
import { startSocketProxy } from './socket-proxy.ts';
import { upDocker } from './up.ts';

interface UsedDocker {
  readonly docker: DockerHost;
}

interface UseOptions {
  /**
   * True if the health of a new container is checked every second until it is healthy. By default, the first check comes
   * after a whole interval, and a stack of Dify is healthy after four of them one after another.
   */
  readonly startInterval?: boolean;
}

/** Starts a Docker host with these images for the tests of a file or `describe`. */
export function useDockerHost(images: readonly string[], options: UseOptions = {}): UsedDocker {
  return used(
    images,
    options,
    () => upDocker({ onProgress: progressPrinter() }),
    (docker) => docker.down(),
  );
}

/**
 * Provides a Docker host that has exactly these images for the tests of a file or `describe`. Files of one test run
 * use it one after another; it has no containers, volumes or networks of the file before.
 */
export function useSharedDockerHost(images: readonly string[], options: UseOptions = {}): UsedDocker {
  const run = testRun();
  if (run === undefined) return useDockerHost(images, options);
  return used(
    images,
    options,
    async () => {
      const docker = await claim(run, SHARED_DOCKER);
      await onlyImages(docker, images);
      return docker;
    },
    (docker) => release(run, SHARED_DOCKER, docker),
  );
}

function used(
  images: readonly string[],
  { startInterval = false }: UseOptions,
  up: () => Promise<DockerHost>,
  down: (docker: DockerHost) => Promise<void>,
): UsedDocker {
  const testbed = useTestbed(
    async () => {
      const host = await up();
      try {
        await buildImages(host, images, { onProgress: progressPrinter() });
        return { host, proxied: startInterval ? await startSocketProxy(host) : undefined };
      } catch (error) {
        await down(host);
        throw error;
      }
    },
    async ({ host, proxied }) => {
      proxied?.stop();
      await down(host);
    },
  );
  return {
    get docker(): DockerHost {
      const { host, proxied } = testbed.get();
      return proxied?.docker ?? host;
    },
  };
}
