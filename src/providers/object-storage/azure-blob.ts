import { shellWord } from '../../base/shell-word.ts';
import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { composed, literal, secret } from '../env-entry.ts';
import { KEY, required, secretField } from '../question.ts';
import type { BucketCommands } from './bucket-commands.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { identityQuestion, isTrue, NAME_ENDS, unlessIdentity } from './fields.ts';

/** learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Storage. */
const ACCOUNT = { pattern: /^[a-z0-9]{3,24}$/, says: 'a storage account: 3 to 24 lower-case letters and digits' };

/**
 * With this value as the key, the API uses the identity of its pod or machine (azure-identity's default chain). The
 * value is defined by Dify.
 */
const MANAGED_IDENTITY = 'managedidentity';

const KEY_PATH = 'objectStorage.azureBlob.accountKey';

/** The part of the block that a connection string needs besides the key. */
interface Account {
  readonly accountName: string;
  readonly accountUrl: string;
}

/** Azure's connection string for an account. */
function connectionString({ accountName, accountUrl }: Account, key: string): string {
  const scheme = new URL(accountUrl).protocol.replace(':', '');
  return `DefaultEndpointsProtocol=${scheme};AccountName=${accountName};AccountKey=${key};BlobEndpoint=${accountUrl};`;
}

/**
 * The container and its versioning. The key of the account has every right; an identity also needs the role that lets
 * it read and write blobs (learn.microsoft.com, Azure built-in roles for Storage).
 */
function commands(account: string, container: string, identity: 'workload' | undefined): readonly string[] {
  const ofAccount = `--account-name ${shellWord(account)}`;
  const scope = `"$(az storage account show --name ${shellWord(account)} --query id --output tsv)/blobServices/default/containers/${container}"`;
  return [
    `az storage container create ${ofAccount} --name ${shellWord(container)} --public-access off`,
    `az storage account blob-service-properties update ${ofAccount} --enable-versioning true`,
    ...(identity === undefined
      ? []
      : [`az role assignment create --assignee DIFY_IDENTITY --role "Storage Blob Data Contributor" --scope ${scope}`]),
  ];
}

function bucketCommands(account: string): BucketCommands {
  const properties = (verb: string) => `az storage account blob-service-properties ${verb} --account-name ${account}`;
  const container = (verb: string, name: string) =>
    `az storage container ${verb} --account-name ${account} --name ${shellWord(name)}`;
  return {
    create: (name) => container('create', name),
    grant: (name) => `use the account's own key, or grant Storage Blob Data Contributor on container ${name}`,
    showVersioning: () => `${properties('show')} --query isVersioningEnabled`,
    enableVersioning: () => `${properties('update')} --enable-versioning true`,
    showReplication: () => `az storage account show --name ${account} --query sku.name`,
    showLifecycle: () => `az storage account management-policy show --account-name ${account} --resource-group GROUP`,
    closeToPublic: (name) => `${container('set-permission', name)} --public-access off`,
  };
}

const bucketNames: NameRule = {
  pattern: /^(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
  says: `a container: 3 to 63 lower-case letters, digits and single dashes, ${NAME_ENDS}`,
  source: 'learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Storage',
};

export const azureBlob = objectStore({
  id: 'azure-blob',
  block: 'azureBlob',
  title: 'Azure Blob Storage',
  bucketNames,
  schema: ({ object, httpUrl, identity, matching, secretRef }) =>
    object({
      accountName: matching(ACCOUNT),
      identity,
      accountKey: secretRef.optional(),
      accountUrl: httpUrl,
      container: matching(bucketNames),
    }),
  descriptions: {
    accountName: 'storage account',
    accountKey: 'where the key is',
    accountUrl: 'address of the account, such as https://NAME.blob.core.windows.net',
    container: 'container for files and plugins',
  },
  questions: [
    required('accountName', { title: 'Storage account', why: 'The name of the account that holds the container.' }),
    {
      ...required('accountUrl', {
        title: 'Address of the account',
        why: 'Differs in a national cloud, behind your own name, and for Azurite.',
      }),
      derived: {
        from: 'accountName',
        value: (name) => `https://${name}.blob.core.windows.net`,
        reason: 'the address of the account',
      },
    },
    required('container', { title: 'Container', why: 'Files and plugin packages share it. It must exist.' }),
    identityQuestion({
      why: 'workload: the pods or the machine use a managed identity with the role Storage Blob Data Contributor, and no key exists.',
      role: 'a managed identity, no key',
      keys: { title: 'account key', description: 'the key of the account' },
      asked: 'always',
    }),
    secretField('accountKey', 'DIFY_AZURE_ACCOUNT_KEY', { title: 'Account key', why: KEY, when: unlessIdentity }),
  ],
  endpoint: ({ accountUrl }) => new URL(accountUrl),
  sharedBucket: 'container',
  identity: {
    replaces: ['accountKey'],
    listing: ({ accountUrl, container }) => {
      const client = `ContainerClient(${JSON.stringify(accountUrl)}, ${JSON.stringify(container)}, DefaultAzureCredential())`;
      return `from azure.identity import DefaultAzureCredential; from azure.storage.blob import ContainerClient; next(${client}.list_blobs(), None)`;
    },
  },
  apiEnv: ({ accountName, accountUrl, container, identity }) => [
    literal('STORAGE_TYPE', 'azure-blob'),
    literal('AZURE_BLOB_ACCOUNT_NAME', accountName),
    identity === 'workload'
      ? literal('AZURE_BLOB_ACCOUNT_KEY', MANAGED_IDENTITY)
      : secret('AZURE_BLOB_ACCOUNT_KEY', KEY_PATH),
    literal('AZURE_BLOB_CONTAINER_NAME', container),
    literal('AZURE_BLOB_ACCOUNT_URL', accountUrl),
  ],
  pluginEnv: ({ accountName, accountUrl, container, identity }) => [
    literal('PLUGIN_STORAGE_TYPE', 'azure_blob'),
    literal('AZURE_BLOB_STORAGE_CONTAINER_NAME', container),
    ...(identity === 'workload'
      ? [
          literal('AZURE_BLOB_STORAGE_USE_MANAGED_IDENTITY', true),
          literal('AZURE_BLOB_STORAGE_ACCOUNT_URL', accountUrl),
        ]
      : [
          composed('AZURE_BLOB_STORAGE_CONNECTION_STRING', [KEY_PATH], ({ plain }) =>
            connectionString({ accountName, accountUrl }, plain(KEY_PATH)),
          ),
        ]),
  ],
  chart: ({ accountName, accountUrl, container }) => ({
    values: {
      externalAzureBlobStorage: {
        enabled: true,
        url: accountUrl,
        account: accountName,
        key: SECRET_PLACEHOLDER,
        container,
      },
    },
    api: {
      STORAGE_TYPE: 'azure-blob',
      AZURE_BLOB_ACCOUNT_NAME: accountName,
      AZURE_BLOB_CONTAINER_NAME: container,
      AZURE_BLOB_ACCOUNT_URL: accountUrl,
    },
    pluginDaemon: { PLUGIN_STORAGE_TYPE: 'azure_blob', AZURE_BLOB_STORAGE_CONTAINER_NAME: container },
  }),
  chartSecrets: ['externalAzureBlobStorage.key'],
  commands: ({ accountName, container, identity }) => commands(accountName, container, identity),
  bucketCommands: ({ accountName }) => bucketCommands(shellWord(accountName)),
  versioningQuestion: ({ accountName }) => {
    const asked = ['storage', 'account', 'blob-service-properties', 'show', '--account-name', accountName];
    return { program: 'az', args: [...asked, '--query', 'isVersioningEnabled', '--output', 'tsv'], read: isTrue };
  },
});
