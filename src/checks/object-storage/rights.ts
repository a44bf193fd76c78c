import { shellWord } from '../../base/shell-word.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { aws } from './commands.ts';

/**
 * A command or policy to paste that grants a key the rights that Dify needs on a bucket. The operator fills in the
 * user's name.
 */
export function neededRights({ objectStorage }: Deployment, bucket: string): string {
  switch (objectStorage.provider) {
    case 'azure-blob':
      return `use the account's own key, or grant Storage Blob Data Contributor on container ${bucket}`;
    case 'gcs':
      return `gcloud storage buckets add-iam-policy-binding ${shellWord(`gs://${bucket}`)} --member=serviceAccount:EMAIL --role=roles/storage.objectAdmin`;
    case 's3':
      return objectStorage.s3.endpoint === undefined
        ? userPolicy(bucket)
        : `grant the key this policy: ${policy(bucket)}`;
    default:
      return `grant the key reading, writing, listing and deleting of objects in ${bucket}; ${aws(objectStorage)} list-objects --bucket ${shellWord(bucket)} tries it`;
  }
}

function userPolicy(bucket: string): string {
  return `aws iam put-user-policy --user-name USER --policy-name dify --policy-document ${shellWord(policy(bucket))}`;
}

function policy(bucket: string): string {
  const objects = ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: objects, Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    ],
  });
}
