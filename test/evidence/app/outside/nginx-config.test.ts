import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { nginxRules } from '../../../../src/evidence/app/outside/nginx-config.ts';

const LOCATION = 'proxy_pass http://api;';

describe('how nginx treats a prefix', () => {
  const rows = [
    ['buffering is on by default', `http { server { location /v1 { ${LOCATION} } } }`, '/v1', true],
    ['http turns it off', `http { proxy_buffering off; server { location /v1 { ${LOCATION} } } }`, '/v1', false],
    [
      'a location turns it on again',
      `http { proxy_buffering off; server { location /v1 { proxy_buffering on; ${LOCATION} } } }`,
      '/v1',
      true,
    ],
    [
      'the longest prefix counts',
      `http { server { location / { ${LOCATION} } location ^~ /v1 { proxy_buffering off; ${LOCATION} } } }`,
      '/v1',
      false,
    ],
    [
      'regular expressions and exact matches are not considered',
      `http { server { location / { ${LOCATION} } location ~ /v1 { proxy_buffering off; ${LOCATION} } location = /v1 { ${LOCATION} } } }`,
      '/',
      true,
    ],
    [
      'a server that only redirects is not considered',
      `http { server { return 301 https://$host; } server { location / { ${LOCATION} } } }`,
      '/',
      true,
    ],
    ['a comment and quotes change nothing', `http { # }\n server { location "/v1" { ${LOCATION} } } }`, '/v1', true],
    ['no rule', 'http { server { return 301 https://$host; } }', '', false],
    ['no configuration', 'nginx: [emerg] bind() failed', '', false],
  ] as const;
  test.each(rows)('%s', (_, text, location, buffers) => {
    expect(nginxRules(text, ['/v1'])).toEqual([{ prefix: '/v1', location, buffers, headers: [] }]);
  });

  test('headers are inherited only by a block that sets none', () => {
    const text = `http { proxy_set_header X-Real-IP a; server {
      location / { ${LOCATION} }
      location /v1 { proxy_set_header Host $http_host; ${LOCATION} } } }`;
    expect(nginxRules(text, ['/v1', '/e/']).map(({ headers }) => headers)).toEqual([['host'], ['x-real-ip']]);
  });

  test('included files belong to the block that includes them', () => {
    const files = [
      '# configuration file /etc/nginx/nginx.conf:',
      'http { proxy_buffering off; include /etc/nginx/conf.d/*.conf; }',
      '# configuration file /etc/nginx/conf.d/default.conf:',
      'server { location /v1 { include proxy.conf; proxy_pass http://api; } }',
      '# configuration file /etc/nginx/proxy.conf:',
      `proxy_set_header X-Forwarded-For \${remote_addr}; include proxy.conf;`,
    ];
    expect(nginxRules(files.join('\n'), ['/v1'])).toEqual([
      { prefix: '/v1', location: '/v1', buffers: false, headers: ['x-forwarded-for'] },
    ]);
  });

  test('the rendered configuration passes streams on', async () => {
    const text = await readFile('test/render/compose/golden/test-compose-bundled/nginx/nginx.conf', 'utf8');
    const [rule] = nginxRules(text, ['/v1']);
    expect(rule).toMatchObject({ location: '/v1', buffers: false });
    expect(rule?.headers).toContain('x-forwarded-proto');
  });

  test.each([
    ['nested blocks', 'location / {'.repeat(40_000)],
    ['open quotes', 'a "b'.repeat(100_000)],
    ['includes', `# configuration file /a:\n${'include /a;'.repeat(40_000)}`],
  ])('%s without an end are read to no end', (_, text) => {
    expect(nginxRules(text, ['/v1'])).toEqual([{ prefix: '/v1', location: '', buffers: false, headers: [] }]);
  });
});
