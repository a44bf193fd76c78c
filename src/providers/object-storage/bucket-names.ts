interface NameRule {
  readonly pattern: RegExp;
  /** What a name must be, as a message says it. */
  readonly says: string;
  /** Where the vendor says so; read in November 2026. */
  readonly source: string;
}

const ENDS = 'a letter or digit at either end';

/** What each object store takes as the name of a bucket. A rule that only a region or an account adds is left to the vendor. */
export const BUCKET_NAMES = {
  // Amazon takes no underscores in new names; older ones, MinIO and Ceph have them. Ceph's old names with capitals are refused by Amazon's clients.
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
  // A part of a name with dots has 63 characters at most. `_` is no part of a host name, but of a bucket's.
  gcs: {
    pattern:
      /^(?!goog)(?!.*g[o0]{2}gle)(?!.*[^.]{64})(?!\d+\.\d+\.\d+\.\d+$)(?=[^.]*$|.{3,222}$)(?!.*\.\.)[a-z0-9][-._a-z0-9]{1,220}[a-z0-9]$/,
    says: `a bucket of Google: 3 to 63 lower-case letters, digits, dashes and underscores, or up to 222 with dots, ${ENDS}, without "goog" at the start and "google" anywhere`,
    source: 'cloud.google.com/storage/docs/buckets, Bucket name requirements',
  },
  // The domain name, with the region in it, has 60 characters at most: see rules/services.ts.
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
