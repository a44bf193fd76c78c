import { PING } from '../../../evidence/app/answers.ts';
import { APP_OUTSIDE } from '../../../evidence/app/outside/origins.ts';
import type { Check } from '../../check.ts';
import { deploymentOf } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { judgeOrigins } from './summary.ts';

/** Checks that every public address leads to this installation, and that no proxy removes Dify's headers. */
export const appHeaders: Check = {
  id: 'app.headers',
  title: 'every public address leads to Dify of the version in the file',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_OUTSIDE],
  remedy: 'point the address to this installation: curl -sSI URL/console/api/ping shows which Dify answers',
  judge: (context) => {
    const { version } = deploymentOf(context);
    return judgeOrigins(`X-Version: ${version}`, ({ url, answers }) => {
      const ping = answers.find(({ path }) => path === PING);
      if (ping?.status !== 200) return [{ subject: url, status: 'skip', observed: 'the API does not answer there' }];
      if (ping.version === '') {
        const remedy = 'let every proxy in front pass the headers of the answer on: browsers and clients read them';
        return [{ subject: url, status: 'warn', observed: 'a server in front removes X-Version', remedy }];
      }
      if (ping.version !== version) return [{ subject: url, status: 'fail', observed: `Dify ${ping.version} answers` }];
      const isOpen = url.startsWith('https://') && ping.hsts === undefined;
      const note = isOpen ? ', without Strict-Transport-Security' : '';
      return [{ subject: url, status: 'pass', observed: `Dify ${version} answers${note}` }];
    })(context);
  },
};
