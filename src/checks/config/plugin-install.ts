import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { plannedOf } from '../planned.ts';
import { warning, withFile } from '../when.ts';

/**
 * Seconds, of plugin daemon 0.6 (setup_python_environment.go): it ends an installation after this time without output,
 * and after ten minutes in any case.
 */
const SILENCE_SECONDS = 120;
const WHOLE_SECONDS = 600;

export const pluginInstall: Check = {
  id: 'config.plugin-install',
  title: 'plugins are installed from the mirror that is named, and have the time for it',
  phases: ['preflight'],
  severity: warning,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'set the variable in components.pluginDaemon.extraEnv',
  judge: (context) => {
    const { enabled, extraEnv } = plannedOf(context).pluginDaemon;
    const expected = 'a mirror that counts for every plugin, and time limits that take effect';
    if (!enabled) return pass('the plugin daemon is off', expected);
    const mirror = extraEnv.PIP_MIRROR_URL ?? '';
    if (mirror !== '' && !/^(true|1)$/i.test(extraEnv.PLUGIN_IGNORE_UV_LOCK ?? '')) {
      return finding('warn', {
        observed: 'PIP_MIRROR_URL is set, and PLUGIN_IGNORE_UV_LOCK is not',
        expected,
        message:
          'PIP_MIRROR_URL is set, and PLUGIN_IGNORE_UV_LOCK is not: a plugin with a uv.lock fetches its packages from the addresses in it, past the mirror',
        remedy: 'set components.pluginDaemon.extraEnv: { PLUGIN_IGNORE_UV_LOCK: "true" }',
      });
    }
    const silence = Number(extraEnv.PYTHON_ENV_INIT_TIMEOUT ?? SILENCE_SECONDS);
    if (silence > WHOLE_SECONDS) {
      return finding('warn', {
        observed: `PYTHON_ENV_INIT_TIMEOUT is ${silence} s, and the plugin daemon ends every installation after ${WHOLE_SECONDS} s`,
        expected,
        remedy: `set PYTHON_ENV_INIT_TIMEOUT to ${WHOLE_SECONDS} or less, and a mirror near by: PIP_MIRROR_URL`,
      });
    }
    if (silence < SILENCE_SECONDS) {
      return finding('warn', {
        observed: `PYTHON_ENV_INIT_TIMEOUT is ${silence} s: an installation that is silent for so long is ended ("signal: killed")`,
        expected,
        remedy: `set PYTHON_ENV_INIT_TIMEOUT to ${SILENCE_SECONDS} or more`,
      });
    }
    return pass(`${silence} s without output, ${WHOLE_SECONDS} s in all`, expected);
  },
};
