import { type EnvEntry, literal, secret } from '../env-entry.ts';

interface SqlServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly database: string;
}

/**
 * The five variables of a store that Dify reaches by host and port. `password` is the path of its secret in the file.
 */
export function sqlEnv(prefix: 'PGVECTOR' | 'MYSCALE', server: SqlServer, password: string): readonly EnvEntry[] {
  return [
    literal(`${prefix}_HOST`, server.host),
    literal(`${prefix}_PORT`, server.port),
    literal(`${prefix}_USER`, server.username),
    secret(`${prefix}_PASSWORD`, password),
    literal(`${prefix}_DATABASE`, server.database),
  ];
}
