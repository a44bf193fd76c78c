import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { plannedComponents } from '../../src/deployment/components.ts';
import { FLAG_TABLE } from '../../src/deployment/flag-table.ts';
import { findFlag, findVariable } from '../../src/deployment/flags.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { formatPath, readPath, withoutPath, withPath } from '../../src/deployment/paths.ts';
import { shapesAt } from '../../src/deployment/schema/shape.ts';
import { answersOf, currentAnswer, isMissing, offerFor } from '../../src/wizard/answers.ts';
import { completed } from '../../src/wizard/complete.ts';
import { flagOf, variableFor } from '../../src/wizard/flag-names.ts';
import type { Question } from '../../src/wizard/question.ts';
import { QUESTIONS } from '../../src/wizard/questions/all.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

const SAMPLES = Object.entries(SAMPLE_FILES as Readonly<Record<string, JsonObject>>);
const PLAIN = QUESTIONS.filter(({ codec }) => codec === undefined);

test('every question has an id of its own, a flag and an environment name that the command line knows', () => {
  expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length);
  for (const question of QUESTIONS) {
    expect(findFlag(flagOf(question)), question.id).toBeDefined();
    expect(findVariable(variableFor(question)), question.id).toBeDefined();
    expect(findFlag(flagOf(question))?.paths, question.id).toEqual(question.fills);
  }
});

test('every field with a flag that other fields depend on has a question', () => {
  const asked = new Set(QUESTIONS.flatMap(({ fills }) => fills));
  const left = FLAG_TABLE.flatMap(({ paths }) => paths).filter((path) => !asked.has(path));
  const sections = new Set(left.map((path) => path.split('.')[0] ?? ''));
  // Sections that are for experts alone, and single fields of others: reached by flag, --set or by hand.
  for (const known of ['defaults', 'secrets', 'images', 'components', 'logging', 'extraValues']) sections.delete(known);
  const single = left.filter((path) => sections.has(path.split('.')[0] ?? ''));
  expect(
    single.map((path) => path.replace(/\.size\..*/, '.size')).filter((path, at, all) => all.indexOf(path) === at),
  ).toEqual([
    'target.chart.repo',
    'target.chart.name',
    'target.chart.version',
    'target.chart.username',
    'target.chart.password',
    'target.chart.path',
    'target.chart.oci',
    'target.ingress.annotations',
    'target.httpRoute.gateway.name',
    'target.httpRoute.gateway.namespace',
    'target.httpRoute.gateway.sectionName',
    'target.httpRoute.annotations',
    'target.loadBalancer.annotations',
    'target.loadBalancer.sourceRanges',
    'target.tolerations',
    'target.affinity.nodeAffinity',
    'target.affinity.podAffinity',
    'target.affinity.podAntiAffinity',
    'target.spread',
    'target.priorityClassName',
    'target.networkPolicy.enabled',
    'target.networkPolicy.apiServer',
    'target.monitoring.rules',
    'target.monitoring.dashboard',
    'target.monitoring.labels',
    'target.passEnv',
    'postgres.databases.main.name',
    'postgres.databases.main.username',
    'postgres.databases.main.password',
    'postgres.databases.plugin.name',
    'postgres.databases.plugin.username',
    'postgres.databases.plugin.password',
    'postgres.managed.size',
    'redis.managed.size',
    'objectStorage.managed.size',
    'vectorStore.apiKey',
    'vectorStore.managed.size',
    'marketplace.proxy',
    'recovery.postgres.duration',
    'recovery.postgres.pgbackrest.stanza',
    'recovery.postgres.pgbackrest.config',
    'recovery.postgres.pgbackrest.user',
    'recovery.postgres.pgbackrest.in.container',
    'recovery.postgres.pgbackrest.in.pod',
    'recovery.postgres.pgbackrest.in.namespace',
    'recovery.objectStorage.duration',
    'recovery.vectorStore.duration',
    'recovery.backup.interval',
    'recovery.backup.image',
    'recovery.backup.password',
    'recovery.backup.caFile',
    'recovery.backup.s3.accessKey',
    'recovery.backup.s3.secretKey',
    'recovery.backup.s3.region',
    'recovery.backup.azureBlob.accountName',
    'recovery.backup.azureBlob.accountKey',
    'recovery.backup.gcs.serviceAccountJson',
    'recovery.backup.rest.username',
    'recovery.backup.rest.password',
    'recovery.backup.postgres',
    'recovery.backup.objects',
    'recovery.backup.recipients',
    'recovery.backup.keep.last',
    'recovery.backup.keep.daily',
    'recovery.backup.keep.weekly',
    'recovery.backup.keep.monthly',
    'recovery.configuration.workingTree',
    'recovery.drills.last',
    'recovery.drills.workflow.app',
    'recovery.drills.workflow.inputs',
    'recovery.drills.workflow.timeout',
    'recovery.topology.lostNodes',
    'recovery.topology.standby.backups',
    'recovery.topology.standby.images',
    'recovery.topology.standby.secrets',
    'recovery.topology.standby.dns',
    'recovery.topology.primary.name',
    'recovery.topology.primary.urls',
    'recovery.measured.restore',
    'recovery.measured.loss',
    'recovery.measured.failover',
    'recovery.measured.rebuild',
    'recovery.measured.at',
  ]);
});

test.each(PLAIN.map((question) => [question.id, question] as const))(
  '%s has an explanation in sentences',
  (_, question) => {
    expect(question.title).not.toMatch(/[.:]$/);
    expect(question.why).toMatch(/[.?]$/);
  },
);

describe.each(SAMPLES)('in %s', (_, sample) => {
  const answers = answersOf(sample);
  const applicable = PLAIN.filter((question) => question.when(answers));

  test('a default is the value of a file without the field', () => {
    for (const question of applicable) {
      const offer = offerFor(question, answersOf(without(sample, question)));
      if (offer?.kind !== 'default' || currentAnswer(question, answers) !== undefined) continue;
      expect(meaning(withAnswer(sample, question, offer.value)), question.id).toEqual(meaning(sample));
    }
  });

  test('an answer is missing exactly if the file is incomplete without it', () => {
    for (const question of applicable) {
      const silent = without(sample, question);
      if (readPath(sample, pathOf(question)) === undefined || question.id.startsWith('recovery.')) continue;
      const judged = validateDeployment(completed(sample, silent));
      const needed =
        'problems' in judged && judged.problems.some(({ path }) => question.fills.includes(formatPath(path)));
      if (needed) expect(isMissing(question, answersOf(silent)), question.id).toBe(true);
    }
  });

  test('every choice is valid in the schema', () => {
    for (const question of applicable.filter(({ kind, open }) => kind === 'select' && open === undefined)) {
      const known = shapesAt(pathOf(question)).flatMap((shape) => ('choices' in shape ? shape.choices : []));
      const offered = (question.choices?.(answers) ?? []).filter(({ unavailable }) => unavailable === undefined);
      expect(known, question.id).toEqual(expect.arrayContaining(offered.map(({ value }) => value)));
    }
  });

  test('every suggestion is accepted', () => {
    for (const question of applicable) {
      const silent = without(sample, question);
      const offer = offerFor(question, answersOf(silent));
      if (offer === undefined) continue;
      const judged = validateDeployment(completed(sample, withAnswer(silent, question, offer.value)));
      const faults = 'problems' in judged ? judged.problems.map(({ path }) => formatPath(path)) : [];
      expect(
        faults.filter((path) => question.fills.includes(path)),
        question.id,
      ).toEqual([]);
    }
  });
});

function pathOf({ fills }: Question): readonly string[] {
  return (fills[0] ?? '').split('.');
}

/** The deployment with its components as they will run. */
function meaning(data: JsonObject): unknown {
  const judged = validateDeployment(data);
  if ('problems' in judged) return judged;
  return { ...judged.deployment, components: plannedComponents(judged.deployment) };
}

/** The file without the answer, and without sections that become empty. */
function without(data: JsonObject, { fills }: Question): JsonObject {
  return fills.reduce((less, path) => lean(less, path.split('.')), data);
}

function lean(data: JsonObject, path: readonly string[]): JsonObject {
  const less = withoutPath(data, path) as JsonObject;
  const parent = path.slice(0, -1);
  const isEmpty = parent.length > 0 && Object.keys(Object(readPath(less, parent) ?? { a: 1 })).length === 0;
  return isEmpty ? lean(less, parent) : less;
}

function withAnswer(data: JsonObject, { fills }: Question, value: Json): JsonObject {
  return fills.reduce((more, path) => withPath(more, path.split('.'), value) as JsonObject, data);
}
