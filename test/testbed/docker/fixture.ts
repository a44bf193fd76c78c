import { useTestbed } from '../fixtures.ts';
import { buildImages } from '../images/build.ts';
import { progressPrinter } from '../provision/progress.ts';
import type { DockerHost } from './host.ts';
import { upDocker } from './up.ts';

/** Starts a Docker host with these images for the tests of a file or `describe`. */
export function useDockerHost(images: readonly string[]): { readonly docker: DockerHost } {
  const testbed = useTestbed(
    async () => {
      const onProgress = progressPrinter();
      const docker = await upDocker({ onProgress });
      try {
        await buildImages(docker, images, { onProgress });
      } catch (error) {
        await docker.down();
        throw error;
      }
      return docker;
    },
    (docker) => docker.down(),
  );
  return {
    get docker(): DockerHost {
      return testbed.get();
    },
  };
}
