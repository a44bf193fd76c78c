import { APP_PUBLIC, type PublicFact } from '../../evidence/app/public.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { infoInTest, withFile } from '../when.ts';
import { answerInWords } from './responder.ts';

export const appPublicUrl: Check = {
  id: 'app.public-url',
  title: 'Dify answers at its public address, requested from this machine',
  phases: ['postflight'],
  severity: infoInTest,
  when: withFile,
  requires: [APP_PUBLIC],
  remedy: 'point the DNS name to the ingress or load balancer, or test from the network of the users: curl -sSI URL',
  judge: (context) => {
    const seen = context.evidence(APP_PUBLIC);
    const expected = 'pong from Dify, through every proxy in front of it';
    const { url, unasked } = seen;
    if (unasked !== undefined)
      return { status: 'skip', observed: unasked, expected, message: `${url} was not requested: ${unasked}` };
    const trouble = publicProblem(seen);
    if (trouble === undefined) return pass(`${url} answers`, expected);
    const remedy = `run in the network of the users: curl -sSI ${url}; point the DNS name to the ingress or load balancer`;
    return finding('warn', { observed: `${url}: ${trouble}`, expected, remedy });
  },
};

/** Why the public address does not answer as Dify; undefined if it does. */
function publicProblem({ answer }: PublicFact): string | undefined {
  if (answer?.status === undefined) return `no answer (${answer?.fault ?? 'not asked'})`;
  if (answer.status === 200 && /"result"\s*:\s*"pong"/.test(answer.body)) return undefined;
  return answerInWords(answer);
}
