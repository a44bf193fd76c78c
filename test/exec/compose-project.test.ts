import { expect, it } from 'vitest';
import { engineEnvironment, projectContainers, projectNames } from '../../src/exec/compose-project.ts';
import { docker } from '../../src/exec/docker.ts';

const signal = new AbortController().signal;

/** An engine with these answers, one for each command. Records the commands. */
function engine(answers: Readonly<Record<string, string>>) {
  const commands: string[] = [];
  const run = async (_: string, args: readonly string[]) => {
    commands.push(args.join(' '));
    return { exitCode: 0, stdout: answers[args[0] ?? ''] ?? '', stderr: '' };
  };
  return { docker: docker({ run }), commands };
}

it('the containers of a project have their labels and the fields asked for, without those of `docker compose run`', async () => {
  const labels = {
    'com.docker.compose.service': 'api',
    'com.docker.compose.config-hash': 'abc',
    'com.docker.compose.version': '2.40.3',
    'com.docker.compose.project.working_dir': '/srv/dify',
  };
  const { docker, commands } = engine({
    ps: 'id-1\nid-2\nid-3\n',
    inspect: [
      { labels, fields: { id: 1 } },
      { labels: { ...labels, 'com.docker.compose.oneoff': 'True' }, fields: { id: 2 } },
      { labels: {}, fields: null },
    ]
      .map((item) => JSON.stringify(item))
      .join('\n'),
  });
  expect(await projectContainers(docker, 'dify', '{"id":{{json .Id}}}', signal)).toEqual([
    { service: 'api', configHash: 'abc', compose: '2.40.3', home: '/srv/dify', fields: { id: 1 } },
    { service: '', configHash: '', compose: '', home: '', fields: null },
  ]);
  expect(commands).toEqual([
    'ps -aq --no-trunc --filter label=com.docker.compose.project=dify',
    'inspect --format {"labels":{{json .Config.Labels}},"fields":{"id":{{json .Id}}}} id-1 id-2 id-3',
  ]);
});

it('a project without containers is not inspected', async () => {
  const { docker, commands } = engine({ ps: '\n' });
  expect(await projectContainers(docker, 'dify', '{}', signal)).toEqual([]);
  expect(commands).toHaveLength(1);
});

it('the names of the volumes of a project are listed without blank lines', async () => {
  const { docker, commands } = engine({ volume: 'dify_a\ndify_b\n' });
  expect(await projectNames(docker, 'volume', 'dify', signal)).toEqual(['dify_a', 'dify_b']);
  expect(commands).toEqual(['volume ls --filter label=com.docker.compose.project=dify --format {{.Name}}']);
});

it('a variable of the engine may hold an equals sign and a line break; a name without a value is left out', () => {
  expect(engineEnvironment(['A=b=c', 'B=x\ny', 'C=', 'D'])).toEqual({ A: 'b=c', B: 'x\ny', C: '' });
});
