import { shellWord } from '../../base/shell-word.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { isAmazon, s3PlaceOf } from '../../storage/s3/places.ts';
import { execInApi } from '../exec-command.ts';

/**
 * A command that lists the bucket with the identity that only a pod of the API has. Empty if the provider has no such
 * identity.
 */
export function inPod(deployment: Deployment): string {
  const asked = listOneObject(deployment.objectStorage);
  return asked === undefined ? '' : `${execInApi(deployment)} python -c ${shellWord(asked)}`;
}

/**
 * Python for the API's image, which has the vendors' clients. It prints nothing if the bucket can be listed. Undefined
 * for other providers.
 */
function listOneObject(storage: Deployment['objectStorage']): string | undefined {
  switch (storage.provider) {
    case 's3': {
      const { bucket, region } = storage.s3;
      return `import boto3; boto3.client("s3", region_name=${JSON.stringify(region)}).list_objects(Bucket=${JSON.stringify(bucket)}, MaxKeys=1)`;
    }
    case 'azure-blob': {
      const { accountUrl, container } = storage.azureBlob;
      const client = `ContainerClient(${JSON.stringify(accountUrl)}, ${JSON.stringify(container)}, DefaultAzureCredential())`;
      return `from azure.identity import DefaultAzureCredential; from azure.storage.blob import ContainerClient; next(${client}.list_blobs(), None)`;
    }
    case 'gcs': {
      const bucket = JSON.stringify(storage.gcs.bucket);
      return `from google.cloud import storage; list(storage.Client().list_blobs(${bucket}, max_results=1))`;
    }
    default:
      return undefined;
  }
}

/** The vendor's own command that shows whether a bucket keeps old versions. */
export function showVersioning(storage: Deployment['objectStorage'], bucket: string): string {
  switch (storage.provider) {
    case 'azure-blob':
      return `az storage account blob-service-properties show --account-name ${shellWord(storage.azureBlob.accountName)} --query isVersioningEnabled`;
    case 'gcs':
      return `gcloud storage buckets describe ${shellWord(`gs://${bucket}`)} --format='value(versioning_enabled)'`;
    default:
      return `${aws(storage)} get-bucket-versioning --bucket ${shellWord(bucket)}`;
  }
}

/** The command that makes a bucket keep old versions. */
export function enableVersioning(storage: Deployment['objectStorage'], bucket: string): string {
  switch (storage.provider) {
    case 'azure-blob':
      return `az storage account blob-service-properties update --account-name ${shellWord(storage.azureBlob.accountName)} --enable-versioning true`;
    case 'gcs':
      return `gcloud storage buckets update ${shellWord(`gs://${bucket}`)} --versioning`;
    default:
      return `${aws(storage)} put-bucket-versioning --bucket ${shellWord(bucket)} --versioning-configuration Status=Enabled`;
  }
}

/** The command that shows where copies of a bucket are kept. */
export function showReplication(storage: Deployment['objectStorage'], bucket: string): string {
  switch (storage.provider) {
    case 'azure-blob':
      return `az storage account show --name ${shellWord(storage.azureBlob.accountName)} --query sku.name`;
    case 'gcs':
      return `gcloud storage buckets describe ${shellWord(`gs://${bucket}`)} --format='value(location,location_type)'`;
    default:
      return `${aws(storage)} get-bucket-replication --bucket ${shellWord(bucket)}`;
  }
}

/** The command that shows the rules by which a bucket's objects expire. */
export function showLifecycle(storage: Deployment['objectStorage'], bucket: string): string {
  return storage.provider === 'gcs'
    ? `gcloud storage buckets describe ${shellWord(`gs://${bucket}`)} --format='json(lifecycle_config)'`
    : `${aws(storage)} get-bucket-lifecycle-configuration --bucket ${shellWord(bucket)}`;
}

/**
 * The command that ends public access to a bucket and keeps the grants of its users: on AWS, the public access block. Other
 * S3 storages may not have one: the commands show the policy and the access list, in which the operator removes the
 * public grants.
 */
export function closeToPublic(storage: Deployment['objectStorage'], bucket: string): string {
  switch (storage.provider) {
    case 'azure-blob':
      return `az storage container set-permission --account-name ${shellWord(storage.azureBlob.accountName)} --name ${shellWord(bucket)} --public-access off`;
    case 'gcs':
      return `gcloud storage buckets update ${shellWord(`gs://${bucket}`)} --public-access-prevention`;
    default:
      return closeS3(storage, bucket);
  }
}

function closeS3(storage: Deployment['objectStorage'], bucket: string): string {
  const place = s3PlaceOf(storage);
  const of = `--bucket ${shellWord(bucket)}`;
  if (place !== undefined && isAmazon(place.endpoint)) {
    const block = 'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';
    return `${aws(storage)} put-public-access-block ${of} --public-access-block-configuration ${block}`;
  }
  const show = ['get-bucket-policy', 'get-bucket-acl'].map((what) => `${aws(storage)} ${what} ${of}`);
  return `remove what is granted to everybody from the policy and the access list, and keep the other grants: ${show.join(', ')}`;
}

/** The AWS command line, which works with every S3-compatible storage. */
export function aws(storage: Deployment['objectStorage']): string {
  const place = s3PlaceOf(storage);
  const isAws = storage.provider === 's3' && storage.s3.endpoint === undefined;
  return `aws s3api${place === undefined || isAws ? '' : ` --endpoint-url ${shellWord(place.endpoint.origin)}`}`;
}
