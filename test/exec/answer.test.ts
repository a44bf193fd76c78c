import { expect, test } from 'vitest';
import { jsonAnswer, jsonLines } from '../../src/exec/answer.ts';

test('JSON is read, whole or one document per line', () => {
  expect(jsonAnswer('{"a":1}', 'kubectl get pvc')).toEqual({ a: 1 });
  expect(jsonLines('{"a":1}\n\n{"a":2}\n', 'docker inspect')).toEqual([{ a: 1 }, { a: 2 }]);
});

test.each([
  ['', 'printed nothing'],
  ['  \n', 'printed nothing'],
  ['the token is hunter2', 'printed something that is not JSON'],
  ['{"items":[', 'printed something that is not JSON'],
])('output that is not JSON is an outside error with a next step, and is not repeated: %j', (text, observed) => {
  const fault = caught(() => jsonAnswer(text, 'kubectl get pvc'));
  expect(fault).toMatchObject({
    exitCode: 8,
    message: `kubectl get pvc ${observed}; expected JSON`,
    command: 'kubectl get pvc',
    next: ['run it by hand, and check which kubectl is first on PATH: which -a kubectl'],
  });
  expect(fault).not.toHaveProperty('cause');
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
