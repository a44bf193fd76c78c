import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { judgeCertificate } from '../services/certificate.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofPostgres, type PostgresContext, postgresContext } from './context.ts';

export const postgresTls: Check = {
  ...ofPostgres,
  id: 'postgres.tls',
  title: 'PostgreSQL uses TLS as the file says, with a valid certificate',
  severity: error,
  remedy: 'give PostgreSQL a certificate for its host name, signed by the authority in postgres.tls.caFile',
  judge: (context) => {
    const seen = postgresContext(context);
    const { fault: ended, certificate } = seen.facts;
    const { mode, caFile } = seen.postgres.tls;
    const expected = `TLS with mode ${mode}`;
    if (ended?.stage === 'resolve' || ended?.stage === 'connect') return notReached('postgres.reachable');
    if (mode === 'disable') return unencrypted(seen);
    if (ended?.stage === 'tls' && certificate === undefined) {
      return finding('fail', {
        observed: `${seen.facts.address} ${ended.text}`,
        expected,
        message: `${seen.facts.address} ${ended.text}, and postgres.tls.mode is ${mode}`,
        remedy: NEXT[ended.code] ?? 'set ssl = on on the server, or correct postgres.port',
      });
    }
    if (certificate === undefined) return notReached('postgres.login');
    const verifies = mode === 'verify-full' || caFile !== undefined;
    const judged = judgeCertificate(
      mode === 'verify-full' ? certificate : withoutHost(certificate),
      context.now,
      verifies,
    );
    if (verifies || judged.status === 'pass') return judged;
    // libpq continues without verification, so nothing fails, but another server can take the place of this one.
    if (seen.deployment.tier === 'test') return pass(`encrypted, not verified: ${judged.observed}`, judged.expected);
    return { ...judged, status: 'warn', remedy: 'set postgres.tls to verify-full, with the CA certificate in caFile' };
  },
};

const NEXT: Readonly<Record<string, string>> = {
  ENOENT: 'put the CA certificate of the server into the file that postgres.tls.caFile names',
  ETIMEDOUT: 'find out which program listens on this port: PostgreSQL answers at once',
};

/** libpq checks the host name with verify-full only. */
function withoutHost<T extends { readonly wrongHost?: string }>(certificate: T): Omit<T, 'wrongHost'> {
  const { wrongHost: _, ...rest } = certificate;
  return rest;
}

function unencrypted({ deployment }: PostgresContext): Judgement {
  const expected = 'TLS to an external server';
  if (deployment.tier === 'test') return pass('no TLS, as the file says', expected);
  return finding('warn', {
    observed: 'postgres.tls.mode is disable',
    expected,
    message: 'postgres.tls.mode is disable: all data of Dify crosses the network unencrypted',
    remedy: 'set postgres.tls to { mode: verify-full, caFile: ./ca.pem }',
  });
}
