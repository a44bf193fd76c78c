import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux's default ephemeral range (32768–60999), so that outgoing connections do not use these ports. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Free ports that are not in `taken`. */
export async function freePorts(count: number, taken: ReadonlySet<number>): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (taken.has(port) || ports.includes(port) || !(await isFree(port))) continue;
    ports.push(port);
  }
  return ports;
}

/** The first of two consecutive free ports that are not in `taken`. */
export async function freePair(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const [port = 0] = await freePorts(1, taken);
    if (!taken.has(port + 1) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
