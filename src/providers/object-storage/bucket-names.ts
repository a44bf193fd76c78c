interface NameRule {
  readonly pattern: RegExp;
  /** The requirement as messages show it. */
  readonly says: string;
  /** The vendor's page, read in November 2026. */
  readonly source: string;
}

const ENDS = 'a letter or digit at either end';

/** What each object store accepts as the name of a bucket. Rules of single regions or accounts are not checked. */
export const BUCKET_NAMES = {
  // Amazon accepts no underscores in new names; older buckets, MinIO and Ceph have them. Amazon's clients refuse Ceph's
  // old names with capitals.
  s3: {
    pattern: /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][-._a-z0-9]{1,61}[a-z0-9]$/,
    says: `a bucket name: 3 to 63 lower-case letters, digits, dashes and dots, ${ENDS}`,
    source: 'docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html',
  },
  'azure-blob': {
    pattern: /^(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
    says: `a container: 3 to 63 lower-case letters, digits and single dashes, ${ENDS}`,
    source: 'learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Storage',
  },
  'aliyun-oss': {
    pattern: /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
    says: `a bucket of OSS: 3 to 63 lower-case letters, digits and dashes, ${ENDS}`,
    source: 'alibabacloud.com/help/en/oss/user-guide/bucket-naming-conventions',
  },
  // In a name with dots, each part has at most 63 characters. Host names must not contain `_`, but bucket names may.
  gcs: {
    pattern:
      /^(?!goog)(?!.*g[o0]{2}gle)(?!.*[^.]{64})(?!\d+\.\d+\.\d+\.\d+$)(?=[^.]*$|.{3,222}$)(?!.*\.\.)[a-z0-9][-._a-z0-9]{1,220}[a-z0-9]$/,
    says: `a bucket of Google: 3 to 63 lower-case letters, digits, dashes and underscores, or up to 222 with dots, ${ENDS}, without "goog" at the start and "google" anywhere`,
    source: 'cloud.google.com/storage/docs/buckets, Bucket name requirements',
  },
  // The domain name, which includes the region, has at most 60 characters: see rules/services.ts.
  'tencent-cos': {
    pattern: /^(?!.{61})[a-z0-9](?:[-a-z0-9]*[a-z0-9])?-\d{6,}$/,
    says: 'a bucket of COS with the APPID of its account at the end, such as dify-1250000000: lower-case letters, digits and dashes',
    source: 'tencentcloud.com/document/product/436/13312',
  },
  'huawei-obs': {
    pattern: /^(?!.*(?:\.\.|-\.|\.-))(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/,
    says: `a bucket of OBS: 3 to 63 lower-case letters, digits, dashes and dots, ${ENDS}, no dot beside a dot or dash`,
    source: 'support.huaweicloud.com/en-us/devg-obs/obs_06_0019.html',
  },
  'volcengine-tos': {
    pattern: /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
    says: `a bucket of TOS: 3 to 63 lower-case letters, digits and dashes, ${ENDS}`,
    source: 'github.com/volcengine/ve-tos-golang-sdk, IsValidBucketName',
  },
} as const satisfies Readonly<Record<string, NameRule>>;
