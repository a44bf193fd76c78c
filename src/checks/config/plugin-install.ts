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
  title: 'plugins are installed from the configured mirror, and the time limits are long enough',
  phases: ['preflight'],
  severity: warning,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'set the variable in components.pluginDaemon.extraEnv',
  judge: (context) => {
    const { enabled, extraEnv } = plannedOf(context).pluginDaemon;
    const expected = 'a mirror that every plugin uses, and time limits that take effect';
    if (!enabled) return pass('the plugin daemon is off', expected);
    const mirror = extraEnv.PIP_MIRROR_URL ?? '';
    if (mirror !== '' && !/^(true|1)$/i.test(extraEnv.PLUGIN_IGNORE_UV_LOCK ?? '')) {
      return finding('warn', {
        observed: 'PIP_MIRROR_URL is set, but PLUGIN_IGNORE_UV_LOCK is not',
        expected,
        message:
          'PIP_MIRROR_URL is set, but PLUGIN_IGNORE_UV_LOCK is not: a plugin with a uv.lock downloads its packages from the addresses in that file, not from the mirror',
        remedy: 'set components.pluginDaemon.extraEnv: { PLUGIN_IGNORE_UV_LOCK: "true" }',
      });
    }
    const silence = Number(extraEnv.PYTHON_ENV_INIT_TIMEOUT ?? SILENCE_SECONDS);
    if (silence > WHOLE_SECONDS) {
      return finding('warn', {
        observed: `PYTHON_ENV_INIT_TIMEOUT is ${silence} s, but the plugin daemon stops every installation after ${WHOLE_SECONDS} s`,
        expected,
        remedy: `set PYTHON_ENV_INIT_TIMEOUT to ${WHOLE_SECONDS} or less, and PIP_MIRROR_URL to a nearby mirror`,
      });
    }
    if (silence < SILENCE_SECONDS) {
      return finding('warn', {
        observed: `PYTHON_ENV_INIT_TIMEOUT is ${silence} s: an installation without output for this long is killed ("signal: killed")`,
        expected,
        remedy: `set PYTHON_ENV_INIT_TIMEOUT to ${SILENCE_SECONDS} or more`,
      });
    }
    return pass(`${silence} s without output, ${WHOLE_SECONDS} s in all`, expected);
  },
};
