import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { infoInTest, whereFile } from '../when.ts';

/** Without an audit service, access lines are the only record of who did what. */
export const loggingAccess: Check = {
  id: 'logging.access',
  title: 'requests are logged, because the community edition has no audit service',
  phases: ['preflight'],
  severity: infoInTest,
  when: whereFile(({ edition }) => edition === 'community'),
  requires: [],
  remedy: 'remove logging.accessLog: false, or keep the access log of the ingress controller',
  judge: (context) => {
    const { accessLog, level } = deploymentOf(context).logging;
    const expected = 'one line for each request, in the logs of the API and of nginx';
    if (accessLog && level !== 'DEBUG') {
      return pass('requests are logged by the API and nginx; changes of the deployment by difyctl history', expected);
    }
    const observed = accessLog ? 'the API logs no requests at logging.level DEBUG' : 'logging.accessLog is false';
    return finding('warn', {
      observed,
      expected,
      message: `${observed}, and the community edition has no audit service: nothing records who did what`,
    });
  },
};
