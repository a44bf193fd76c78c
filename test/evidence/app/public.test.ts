import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APP_ANSWERS } from '../../../src/evidence/app/answers.ts';
import { APP_PUBLIC, appPublicCollector } from '../../../src/evidence/app/public.ts';
import { checkOf, collectContext, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, urls } from '../../support/deployments.ts';
import { given } from '../../support/need.ts';

let server: Server;
let answer: { readonly status: number; readonly body: string };
beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json', 'x-version': '1.16.1' });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

async function verdict(port: number, simulated?: string, env: Record<string, string> = {}) {
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    target: { type: 'compose' },
    urls: urls(`http://127.0.0.1:${port}`),
  });
  const need = given([APP_ANSWERS, { via: 'a port-forward', simulated, answers: [] }]);
  const fact = await appPublicCollector.collect(collectContext({ deployment, env }), need);
  const { status, message } = judged(checkOf('app.public-url'), { deployment, seen: [[APP_PUBLIC, fact]] });
  return [status, message];
}

const portOf = () => (server.address() as AddressInfo).port;

test('the public address is requested, and Dify answers', async () => {
  answer = { status: 200, body: '{"result":"pong"}' };
  expect(await verdict(portOf())).toEqual(['pass', `http://127.0.0.1:${portOf()}/console/api/ping answers`]);
});

test('another answer is reported', async () => {
  answer = { status: 404, body: '{}' };
  expect(await verdict(portOf())).toEqual(['warn', expect.stringContaining('404 application/json from the API')]);
});

test('simulated pods and a proxy are reasons to skip the request', async () => {
  expect(await verdict(portOf(), 'all pods are simulated')).toEqual([
    'skip',
    expect.stringContaining('was not requested'),
  ]);
  const proxied = await verdict(portOf(), undefined, { HTTP_PROXY: 'http://proxy.example:3128' });
  expect(proxied).toEqual(['skip', expect.stringContaining('of this machine would change the route')]);
});
