import { describe, expect, test } from 'vitest';
import { composeDeployment, fileOf, rendered } from './rendering.ts';

const nginx = (over: Readonly<Record<string, unknown>> = {}): string =>
  fileOf(rendered(composeDeployment(over)), 'nginx/nginx.conf');

/** Path prefix → variable of the upstream, as nginx reads them. */
function routes(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/location (\/\S*) \{\s+proxy_pass \$(\w+)_server;/g);
  return Object.fromEntries([...found].map(([, path = '', server = '']) => [path, server]));
}

describe('nginx', () => {
  test('sends each path to its component', () => {
    expect(routes(nginx())).toEqual({
      '/console/api': 'api',
      '/api': 'api',
      '/v1': 'api',
      '/openapi': 'api',
      '/files': 'api',
      '/mcp': 'api',
      '/triggers': 'api',
      '/socket.io/': 'apiWebsocket',
      '/e/': 'pluginDaemon',
      '/explore': 'web',
      '/': 'web',
    });
  });

  test('has no route to a disabled component', () => {
    expect(routes(nginx({ components: { apiWebsocket: { enabled: false } } }))).not.toHaveProperty('/socket.io/');
  });

  test('passes requests of browsers on to the marketplace only if the file asks for it', () => {
    expect(nginx()).not.toContain('marketplace');
    const block = /location \/marketplace\/ \{[^}]*\}/.exec(nginx({ marketplace: { proxy: true } }))?.[0];
    expect(block?.split('\n').map((line) => line.trim())).toEqual([
      'location /marketplace/ {',
      'set $marketplace_server https://marketplace.dify.ai;',
      'rewrite ^/marketplace/(.*)$ /$1 break;',
      'proxy_pass $marketplace_server;',
      'proxy_ssl_server_name on;',
      'proxy_pass_request_headers off;',
      'proxy_set_header Host marketplace.dify.ai;',
      'proxy_set_header Content-Type $content_type;',
      'proxy_set_header Connection "";',
      '}',
    ]);
  });

  test('resolves addresses again, not only once', () => {
    expect(nginx()).toMatch(/resolver 127\.0\.0\.11 valid=\d+s/);
    expect(nginx()).not.toMatch(/proxy_pass http/);
  });

  test('streams responses, and accepts uploads', () => {
    expect(nginx()).toMatch(/proxy_buffering off;/);
    expect(nginx()).toMatch(/client_max_body_size 100m;/);
  });

  test('serves TLS if it has a certificate, and redirects plain requests to it', () => {
    const tls = { certFile: 'a.pem', keyFile: 'b.pem' };
    const text = nginx({ target: { type: 'compose', tls, httpsPort: 8443 }, urls: undefined });
    expect(text).toContain('listen 443 ssl');
    expect(text).toContain('return 301 https://$host:8443$request_uri;');
    expect(nginx({ target: { type: 'compose', tls }, urls: undefined })).toContain(
      'return 301 https://$host$request_uri;',
    );
    expect(nginx()).not.toContain('ssl');
  });

  test('behind a balancer that terminates TLS, uses the scheme of the balancer', () => {
    const https = 'https://dify.example.com';
    const text = nginx({ urls: { console: https, api: https, app: https, files: https } });
    expect(text).toContain('map $http_x_forwarded_proto $public_scheme');
    expect(nginx()).toContain('map $scheme $public_scheme');
  });
});

describe('squid', () => {
  const squid = (file: string): readonly string[] => fileOf(rendered(composeDeployment()), file).split('\n');
  const rules = (file: string): readonly string[] => squid(file).filter((line) => line.startsWith('http_access'));

  test('denies private targets before it allows anything', () => {
    expect(rules('ssrf_proxy/squid.conf')).toEqual([
      'http_access deny manager',
      'http_access deny CONNECT !tls_port',
      'http_access deny private',
      'http_access allow clients',
      'http_access deny all',
    ]);
    for (const range of [
      '10.0.0.0/8',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.168.0.0/16',
      'fc00::/7',
      '::1/128',
    ]) {
      expect(squid('ssrf_proxy/squid.conf')).toContain(`acl private dst ${range}`);
    }
  });

  test("the agent's shell reaches only the files and its stub inside", () => {
    expect(rules('ssrf_proxy/squid-agent.conf').slice(2, 4)).toEqual([
      'http_access allow clients !CONNECT api api_port signed_files',
      'http_access allow clients !CONNECT agent_backend agent_port agent_stub',
    ]);
  });
});

test('a changed file recreates its service', () => {
  const digest = (over: Readonly<Record<string, unknown>>): unknown =>
    /config-digest: (\S+)/.exec(
      fileOf(rendered(composeDeployment(over)), 'compose.yaml')
        .split('nginx:')
        .at(-1) ?? '',
    )?.[1];
  expect(digest({})).toMatch(/^"?[0-9a-f]{16}/);
  expect(digest({ components: { apiWebsocket: { enabled: false } } })).not.toBe(digest({}));
});
