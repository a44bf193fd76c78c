import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { lookAtMail } from '../support/mail.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startSmtp } from '../testbed/services/smtp.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

async function startAll() {
  const [server, expired, silent] = await Promise.all([
    startSmtp({
      ports: {
        submission: { tls: 'starttls', auth: 'tls' },
        implicit: { tls: 'implicit', auth: 'required' },
        relay: { tls: 'none', auth: 'none' },
        open: { tls: 'none', auth: 'offered' },
        own: { tls: 'none', auth: 'none', relays: false },
        strict: { tls: 'starttls', auth: 'none', mustStartTls: true },
        loginAlone: { tls: 'starttls', auth: 'offered', methods: ['LOGIN'] },
      },
    }),
    startSmtp({
      ports: { implicit: { tls: 'implicit', auth: 'offered' } },
      certificate: (folder, host) => makeCertificate(folder, [host], { days: -1 }),
    }),
    startListener(),
  ]);
  const stop = async () => {
    await Promise.all([server.stop(), expired.stop(), silent.stop()]);
  };
  return { server, expired, silent, stop };
}

const mail = useTestbed(startAll, (all) => all.stop());

type Port = keyof ReturnType<typeof mail.get>['server']['ports'];

function at(port: Port, tls: 'none' | 'starttls' | 'implicit', over: JsonObject = {}): JsonObject {
  const { host, ports, user, sender } = mail.get().server;
  const smtp = { host, port: ports[port], username: user, password: { env: 'PW' }, from: `Dify <${sender}>`, tls };
  return { provider: 'smtp', smtp: { ...smtp, ...over } };
}

const known = () => ({ 'mail.smtp.password': mail.get().server.password });

/** A relay that asks for no login. */
function relay(over: JsonObject = {}): JsonObject {
  const { host, ports, sender } = mail.get().server;
  return { provider: 'smtp', smtp: { host, port: ports.relay, from: sender, tls: 'none', ...over } };
}

describe('a healthy mail server', () => {
  it.each<[Port, 'starttls' | 'implicit']>([
    ['submission', 'starttls'],
    ['loginAlone', 'starttls'],
    ['implicit', 'implicit'],
  ])('%s gives no finding, and another client delivers', async (port, tls) => {
    const { server } = mail.get();
    const { findings, of, results } = await lookAtMail(at(port, tls), known());
    expect(findings).toEqual([]);
    expect(of('mail.login').message).toMatch(/accepts the login of dify/);
    expect(JSON.stringify(results)).not.toContain('a password:');
    const other = createTransport({
      host: server.host,
      port: server.ports[port],
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      auth: { user: server.user, pass: server.password },
      tls: { rejectUnauthorized: false },
    });
    expect(await other.verify()).toBe(true);
    expect(await server.letters()).toBe(0);
  });

  it('a relay without a login gives no finding', async () => {
    expect((await lookAtMail(relay(), {})).findings).toEqual([]);
  });
});

describe('a mail server that fails', () => {
  it.each<
    [
      what: string,
      file: () => JsonObject,
      secrets: () => Readonly<Record<string, string>>,
      finding: string,
      words: RegExp,
    ]
  >([
    [
      'a wrong password',
      () => at('submission', 'starttls'),
      () => ({ 'mail.smtp.password': 'wrong-one' }),
      'mail.login fail',
      /user name or password is wrong \(535\)/,
    ],
    [
      'another sender',
      () => at('submission', 'starttls', { from: 'else@example.test' }),
      known,
      'mail.sender fail',
      /553 .*not owned/,
    ],
    [
      'a login that is asked for and not set',
      () => relay({ port: mail.get().server.ports.implicit, tls: 'implicit' }),
      () => ({}),
      'mail.sender fail',
      /530/,
    ],
    ['no STARTTLS', () => at('open', 'starttls'), known, 'mail.tls fail', /offers no STARTTLS/],
    ['a login without TLS', () => at('open', 'none'), known, 'mail.tls warn', /login without TLS/],
    [
      'a login where none is offered',
      () => at('relay', 'none', { tls: 'none' }),
      known,
      'mail.login fail',
      /offers no login/,
    ],
    [
      'a login that waits for TLS from the start',
      () => at('implicit', 'starttls'),
      known,
      'mail.tls fail',
      /expects TLS from the start/,
    ],
    [
      'a greeting without TLS on a port that waits for it',
      () => relay({ port: mail.get().server.ports.implicit }),
      () => ({}),
      'mail.tls fail',
      /expects TLS from the start/,
    ],
    [
      'mail for other domains',
      () => relay({ port: mail.get().server.ports.own }),
      () => ({}),
      'mail.sender warn',
      /accepts mail only for its own domains: 554 .*Relay access denied/,
    ],
    ['TLS where there is none', () => at('relay', 'implicit'), known, 'mail.tls fail', /TLS/],
  ])('%s', async (what, file, secrets, finding, words) => {
    const { findings, of, results } = await lookAtMail(file(), secrets());
    // A login without TLS stays a warning beside the fault that is tried here.
    const expected = what === 'a login where none is offered' ? ['mail.tls warn', finding] : [finding];
    expect(findings).toEqual(expected);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
    expect(JSON.stringify(results)).not.toMatch(/wrong-one|a password:/);
  });

  it('a server that requires STARTTLS, which the file does not enable', async () => {
    const { findings, of } = await lookAtMail(relay({ port: mail.get().server.ports.strict }), {});
    expect(findings).toEqual(['mail.sender fail']);
    expect(of('mail.sender').remedy).toBe('set mail.smtp.tls: starttls');
  });

  it('an expired certificate, which Dify does not verify, is a warning', async () => {
    const { host, ports } = mail.get().expired;
    const { findings, of } = await lookAtMail(at('implicit', 'implicit', { host, port: ports.implicit }), known());
    expect(findings).toEqual(['mail.tls warn']);
    expect(of('mail.tls').message).toMatch(/expired on/);
  });

  it('an address where nothing listens', async () => {
    const { findings } = await lookAtMail(relay({ port: 9 }), {});
    expect(findings).toEqual(['mail.reachable fail']);
  });

  it('a host that accepts connections and never answers', async () => {
    const { host, port } = mail.get().silent;
    const { findings, of } = await lookAtMail(relay({ host, port }), {});
    expect(findings).toEqual(['mail.login fail']);
    expect(of('mail.login').message).toMatch(/never greets/);
  });
});
