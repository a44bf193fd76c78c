/**
 * The default bucket of the plugin packages: the main bucket's name with `-plugin` appended. At Tencent COS every name
 * ends with the account's number (tencentcloud.com/document/product/436/13312), which must remain at the end:
 * `dify-1250000000` → `dify-plugin-1250000000`.
 */
export function defaultPluginBucket(provider: string, bucket: string): string {
  const [, name, account] = (provider === 'tencent-cos' ? /^(.+)-(\d+)$/.exec(bucket) : null) ?? [];
  return name === undefined || account === undefined ? `${bucket}-plugin` : `${name}-plugin-${account}`;
}
