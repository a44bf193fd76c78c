import { describe, expect, test } from 'vitest';
import { editDeployment } from '../../src/deployment/edit.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { readSource } from '../../src/deployment/source.ts';
import { changesFor } from '../../src/wizard/changes.ts';
import { runWizard } from '../../src/wizard/run.ts';
import { ScriptedPrompter, scriptedSettings } from '../support/scripted-wizard.ts';
import { WIZARD_ANSWERS } from '../support/wizard-answers.ts';

const AZURE = WIZARD_ANSWERS['prod on kubernetes, sentinel, azure, pgvector'] ?? {};

async function written(io: ScriptedPrompter, text?: string): Promise<string> {
  const base = text === undefined ? {} : readSource(text).data;
  const draft = await runWizard({ base, said: [] }, scriptedSettings(io));
  return editDeployment(text, changesFor(draft));
}

function azureBlobOf(text: string): unknown {
  const { objectStorage } = parseDeployment(text, { source: 'difyctl.yaml' }).deployment;
  return 'azureBlob' in objectStorage ? objectStorage.azureBlob : undefined;
}

describe('the address of an Azure account', () => {
  test('is derived from the name of the account', async () => {
    const io = new ScriptedPrompter(AZURE);
    expect(azureBlobOf(await written(io))).toEqual({
      accountName: 'dify',
      accountUrl: 'https://dify.blob.core.windows.net',
      container: 'files',
      identity: 'workload',
    });
    const prompt = io.prompts.find(({ question }) => question.id === 'objectStorage.azureBlob.accountUrl');
    expect(prompt?.enter).toEqual({
      text: 'https://dify.blob.core.windows.net',
      held: true,
      reason: 'the address of the account',
    });
  });

  test('follows an edited name, and is offered before it is written', async () => {
    const text = await written(new ScriptedPrompter(AZURE));
    const io = new ScriptedPrompter({ 'objectStorage.azureBlob.accountName': 'acme' }, [
      { edit: 'objectStorage.azureBlob.accountName' },
      'write',
    ]);
    const edited = await written(io, text);
    expect(azureBlobOf(edited)).toMatchObject({
      accountName: 'acme',
      accountUrl: 'https://acme.blob.core.windows.net',
    });
    expect(io.asked).toEqual(['objectStorage.azureBlob.accountName', 'objectStorage.azureBlob.accountUrl']);
  });
});

test('the Secret of a certificate is named after the deployment if an issuer creates it', async () => {
  const io = new ScriptedPrompter(WIZARD_ANSWERS['prod on kubernetes'] ?? {});
  const { target } = parseDeployment(await written(io), { source: 'difyctl.yaml' }).deployment;
  expect(target).toMatchObject({
    ingress: { tls: { secretName: 'dify-tls', issuer: { kind: 'ClusterIssuer', name: 'letsencrypt' } } },
  });
});

test('the secrets of a deployment with a store are references to the store', async () => {
  const answers = WIZARD_ANSWERS['prod on kubernetes'] ?? {};
  const others = Object.fromEntries(
    Object.entries(answers).filter(([, text]) => !/^(env|file|kubernetes):/.test(text)),
  );
  const io = new ScriptedPrompter({ ...others, 'secrets.store.name': 'vault' });
  const text = await written(io, 'apiVersion: difyctl/v1\nsecrets: { provider: external-secrets }\n');
  const { secrets, postgres, redis, objectStorage } = parseDeployment(text, { source: 'difyctl.yaml' }).deployment;
  expect(secrets).toEqual({ provider: 'external-secrets', store: { kind: 'SecretStore', name: 'vault' } });
  expect(postgres).toMatchObject({ password: { external: {} } });
  expect(redis).toMatchObject({ password: { external: {} } });
  expect(objectStorage).toMatchObject({ s3: { accessKey: { external: {} }, secretKey: { external: {} } } });
});
