import { expect, it } from 'vitest';
import { loginsIn } from '../../../src/evidence/images/logins.ts';
import { fullName, parseImage } from '../../../src/evidence/images/reference.ts';

it.each<[string, string, string, string, string]>([
  ['nginx:1.28', 'docker.io', 'registry-1.docker.io', 'library/nginx', '1.28'],
  ['nginx', 'docker.io', 'registry-1.docker.io', 'library/nginx', 'latest'],
  ['langgenius/dify-api:1.16.1', 'docker.io', 'registry-1.docker.io', 'langgenius/dify-api', '1.16.1'],
  ['index.docker.io/library/redis:6', 'docker.io', 'registry-1.docker.io', 'library/redis', '6'],
  [
    'cr.weaviate.io/semitechnologies/weaviate:1.27.27',
    'cr.weaviate.io',
    'cr.weaviate.io',
    'semitechnologies/weaviate',
    '1.27.27',
  ],
  ['localhost/dify/api:1', 'localhost', 'localhost', 'dify/api', '1'],
  ['registry.example.com:5000/a/b/c:2', 'registry.example.com:5000', 'registry.example.com:5000', 'a/b/c', '2'],
  ['registry.example.com:5000/a', 'registry.example.com:5000', 'registry.example.com:5000', 'a', 'latest'],
  ['ghcr.io/x/y:1@sha256:abc', 'ghcr.io', 'ghcr.io', 'x/y', 'sha256:abc'],
])('%s', (name, registry, server, repository, reference) => {
  expect(parseImage(name)).toEqual({ registry, server, repository, reference });
});

it.each<[string, string]>([
  ['redis:6', 'docker.io/library/redis:6'],
  ['docker.io/library/redis:6', 'docker.io/library/redis:6'],
  ['ghcr.io/x/y@sha256:abc', 'ghcr.io/x/y@sha256:abc'],
])('the full name of %s', (name, full) => {
  expect(fullName(name)).toBe(full);
});

it('reads logins of docker’s config and of pull secrets', () => {
  const auth = Buffer.from('user:pass:word').toString('base64');
  const logins = loginsIn({
    auths: {
      'https://index.docker.io/v1/': { auth },
      'https://registry.example.com/v2/': { username: 'robot$dify', password: 'x' },
      'registry.example.com:5000': { auth },
      'helper.example.com': {},
    },
  });
  expect(Object.fromEntries(logins)).toEqual({
    'docker.io': { username: 'user', password: 'pass:word' },
    'registry.example.com': { username: 'robot$dify', password: 'x' },
    'registry.example.com:5000': { username: 'user', password: 'pass:word' },
  });
});
