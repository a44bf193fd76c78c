/**
 * The bucket of the plugin packages if the file names none. At Tencent COS every name ends in the number of the account
 * (tencentcloud.com/document/product/436/13312), which must stay last: `dify-1250000000` → `dify-plugin-1250000000`.
 */
export function defaultPluginBucket(provider: string, bucket: string): string {
  const [, name, account] = (provider === 'tencent-cos' ? /^(.+)-(\d+)$/.exec(bucket) : null) ?? [];
  return name === undefined || account === undefined ? `${bucket}-plugin` : `${name}-plugin-${account}`;
}
