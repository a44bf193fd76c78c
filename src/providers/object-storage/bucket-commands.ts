import { shellWord } from '../../base/shell-word.ts';

/**
 * What the operator of a bucket runs or does: the next steps of checks. Each is a command to paste or one instruction.
 */
export interface BucketCommands {
  create(bucket: string): string;
  /** Grants the rights that Dify needs. The operator fills in the user's name. */
  grant(bucket: string): string;
  /** Shows whether the bucket keeps old versions. */
  showVersioning(bucket: string): string;
  enableVersioning(bucket: string): string;
  /** Shows where copies of the bucket are kept. */
  showReplication(bucket: string): string;
  /** Shows the rules by which objects expire. */
  showLifecycle(bucket: string): string;
  /** Ends public access and keeps the grants of the users. */
  closeToPublic(bucket: string): string;
}

/** Returns a function that writes one command of the AWS command line for a bucket. */
export function awsCommand(endpoint: string | undefined): (command: string, bucket: string) => string {
  const aws = `aws s3api${endpoint === undefined ? '' : ` --endpoint-url ${shellWord(new URL(endpoint).origin)}`}`;
  return (command, bucket) => `${aws} ${command} --bucket ${shellWord(bucket)}`;
}

/** Commands of the AWS command line, which works with every S3. `endpoint` is undefined at Amazon itself. */
export function awsCommands(endpoint: string | undefined): BucketCommands {
  const of = awsCommand(endpoint);
  return {
    create: (bucket) => of('create-bucket', bucket),
    grant: (bucket) =>
      `allow the key to read, write, list and delete objects in ${bucket}. To verify: ${of('list-objects', bucket)}`,
    showVersioning: (bucket) => of('get-bucket-versioning', bucket),
    enableVersioning: (bucket) => `${of('put-bucket-versioning', bucket)} --versioning-configuration Status=Enabled`,
    showReplication: (bucket) => of('get-bucket-replication', bucket),
    showLifecycle: (bucket) => of('get-bucket-lifecycle-configuration', bucket),
    // Only Amazon is sure to have a public access block.
    closeToPublic: (bucket) =>
      endpoint === undefined || isAmazon(new URL(endpoint))
        ? `${of('put-public-access-block', bucket)} --public-access-block-configuration ${PUBLIC_ACCESS_BLOCK}`
        : `remove the public grants from the policy and the access list, and keep the other grants: ${of('get-bucket-policy', bucket)}, ${of('get-bucket-acl', bucket)}`,
  };
}

const PUBLIC_ACCESS_BLOCK =
  'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';

/** Returns true if the endpoint is Amazon's own. */
export function isAmazon({ hostname }: URL): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(hostname);
}
