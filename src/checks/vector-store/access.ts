import { shellWord } from '../../base/shell-word.ts';
import type { ExternalStore } from '../../evidence/vector-store/facts.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { takesCa, usesTls } from '../../providers/vector-store/registry.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { isOfUnknownAuthority, judgeCertificate } from '../services/certificate.ts';
import { error } from '../when.ts';
import { probeFault, storeCheck, unasked } from './store-check.ts';

const tls = storeCheck({
  id: 'vector-store.tls',
  title: 'the vector store presents a certificate that Dify trusts',
  severity: error,
  when: usesTls,
  remedy:
    "openssl s_client -connect HOST:PORT -servername HOST: check names, dates and issuer, then renew the store's certificate",
  judge: (seen) => {
    const { facts, context } = seen;
    const remedy = `openssl s_client -connect ${shellWord(facts.address)} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`;
    if (facts.certificate !== undefined) {
      const judgement = judgeCertificate(facts.certificate, context.now);
      if (judgement.status === 'pass') return judgement;
      return { ...judgement, remedy: customCa(seen.facts.provider, facts.certificate) ?? remedy };
    }
    if (facts.fault?.stage === 'tls') {
      return probeFault(seen, facts.fault, { where: facts.address, expected: 'TLS, as the file says', remedy });
    }
    return unasked(seen);
  },
});

/**
 * The remedy for a certificate of a private authority; undefined for any other. Dify passes an authority to two clients
 * only (`ELASTICSEARCH_CA_CERTS`, `MILVUS_SERVER_PEM_PATH`). Weaviate's client is created without `trust_env`, so no
 * variable reaches it; every other variable (SSL_CERT_FILE, REQUESTS_CA_BUNDLE) would take the public authorities from
 * all clients of the process.
 */
function customCa(provider: ExternalStore['provider'], certificate: CertificateFact): string | undefined {
  if (!isOfUnknownAuthority(certificate)) return undefined;
  if (takesCa(provider))
    return `set the certificate of the authority that signed it: --set vectorStore.${provider}.caFile=./ca.pem`;
  return "Dify's client does not support a private authority: use a certificate from a public authority, or serve the store over http in a private network";
}

const login = storeCheck({
  id: 'vector-store.login',
  title: 'the vector store accepts the credentials of the file',
  severity: error,
  remedy: 'compare the secret that the file refers to with the secret of the store',
  judge: (seen) => {
    const { facts } = seen;
    const expected = 'the credentials are accepted';
    if (facts.isAdmitted === true) return pass('admitted', expected);
    if (facts.fault?.stage !== 'login') return unasked(seen);
    const judgement = unasked(seen);
    if (judgement.message.includes('config.secrets')) return judgement;
    return probeFault(seen, facts.fault, { where: facts.address, expected });
  },
});

const anonymous = storeCheck({
  id: 'vector-store.anonymous-access',
  title: 'the vector store requires a key',
  severity: (tier) => (tier === 'prod' ? 'warning' : 'info'),
  remedy: 'enable authentication in the store and set its key in the file',
  judge: (seen) => {
    const { facts } = seen;
    if (facts.isOpen === undefined) return unasked(seen);
    const expected = 'no answer without a key';
    if (!facts.isOpen) return pass('refuses a client without a key', expected);
    return finding('warn', {
      observed: 'answers without a key',
      expected,
      message: 'answers without a key: anyone who can connect to its port can read and delete every knowledge base',
    });
  },
});

export const vectorStoreAccessChecks: readonly Check[] = [tls, login, anonymous];
