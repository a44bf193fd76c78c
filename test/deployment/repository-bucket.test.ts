import { expect, it } from 'vitest';
import { repositoryBucket } from '../../src/deployment/repository-bucket.ts';

it.each([
  ['s3:https://s3.example.com/backup', { endpoint: 'https://s3.example.com', bucket: 'backup', prefix: '' }],
  ['s3:http://10.0.0.1:9000/backup/a/b/', { endpoint: 'http://10.0.0.1:9000', bucket: 'backup', prefix: 'a/b' }],
  ['s3:s3.amazonaws.com/backup/a', { endpoint: 'https://s3.amazonaws.com', bucket: 'backup', prefix: 'a' }],
  ['s3:https://s3.example.com', undefined],
  ['s3:https://:0/backup', undefined],
  ['rest:https://backup.example.com/dify', undefined],
  ['/mnt/backup', undefined],
])('the bucket of %s', (repository, expected) => {
  expect(repositoryBucket(repository)).toEqual(expected);
});
