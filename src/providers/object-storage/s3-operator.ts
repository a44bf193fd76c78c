import { shellWord } from '../../base/shell-word.ts';
import { awsCommands, type BucketCommands } from './bucket-commands.ts';
import type { VersioningQuestion } from './descriptor.ts';

/** The rights on the buckets: Dify's, and those with which preflight checks what the plan relies on. */
export function s3Policy(buckets: readonly string[]): object {
  const whole = buckets.map((name) => `arn:aws:s3:::${name}`);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'DifyObjects',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        Resource: whole.map((name) => `${name}/*`),
      },
      { Sid: 'DifyBuckets', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: whole },
      {
        Sid: 'DifyctlLooks',
        Effect: 'Allow',
        Action: [
          's3:GetBucketVersioning',
          's3:GetReplicationConfiguration',
          's3:GetEncryptionConfiguration',
          's3:GetLifecycleConfiguration',
          's3:GetBucketPublicAccessBlock',
        ],
        Resource: whole,
      },
    ],
  };
}

/** Next steps for the operator of the buckets. `endpoint` is undefined at Amazon itself: its key is that of an IAM user. */
export function s3BucketCommands(endpoint: string | undefined): BucketCommands {
  return {
    ...awsCommands(endpoint),
    grant: (bucket) =>
      endpoint === undefined
        ? `aws iam put-user-policy --user-name USER --policy-name dify --policy-document ${shellWord(difysPolicy(bucket))}`
        : `grant the key this policy: ${difysPolicy(bucket)}`,
  };
}

/** The rights that Dify uses, as JSON. */
function difysPolicy(bucket: string): string {
  const objects = ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: objects, Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    ],
  });
}

/** Asks the AWS command line for the versioning of a bucket. It prints `None` if versioning was never configured. */
export function s3VersioningQuestion(bucket: string, region: string): VersioningQuestion {
  const asked = ['s3api', 'get-bucket-versioning', '--bucket', bucket, '--region', region];
  return {
    program: 'aws',
    args: [...asked, '--query', 'Status', '--output', 'text'],
    read: (stdout) => {
      const status = stdout.trim();
      return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
    },
  };
}
