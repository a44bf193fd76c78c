import { isObject } from '../../../base/json.ts';
import { COMPONENTS } from '../../../checklist/components.ts';
import { problem, type Rule, rule } from './rule.ts';

const POSTGRES_ALONE =
  'difyctl supports only PostgreSQL; remove the MySQL settings, and name a PostgreSQL server under postgres';

/**
 * Refuses MySQL. Dify and its chart support it, but the file has no section for such a server, so that no check would
 * cover it.
 */
export const MYSQL_RULES: readonly Rule[] = [
  rule(['components'], ({ components }) =>
    COMPONENTS.map((name) => {
      const type = components[name]?.extraEnv?.DB_TYPE;
      const isOther = type !== undefined && type.toLowerCase() !== 'postgresql';
      return isOther && problem(`components.${name}.extraEnv.DB_TYPE`, POSTGRES_ALONE);
    }),
  ),
  rule(['extraValues'], ({ extraValues: { externalMysql } }) => [
    isObject(externalMysql) &&
      externalMysql.enabled === true &&
      problem('extraValues.externalMysql.enabled', POSTGRES_ALONE),
  ]),
];
