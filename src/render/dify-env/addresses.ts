/**
 * Addresses of the services of one installation: the only input of the environment table that differs between the
 * targets.
 */
export interface ServiceAddresses {
  /** Base URLs without a trailing slash, such as `http://api:5001` or `http://dify-api:5001`. */
  readonly api: string;
  readonly pluginDaemon: string;
  readonly sandbox: string;
  readonly ssrfProxy: string;
  readonly agentBackend: string;
  readonly localSandbox: string;
  /** The proxy through which the agent's sandbox reaches the internet. Undefined if it has no proxy of its own. */
  readonly agentSsrfProxy?: string;
  /** The bundled data services. Unused if the service is external. */
  readonly bundled: {
    readonly postgres: { readonly host: string; readonly port: number };
    readonly redis: { readonly host: string; readonly port: number };
    readonly weaviate: { readonly http: string; readonly grpc: string };
  };
  readonly paths: ContainerPaths;
}

/** Paths inside the containers. */
export interface ContainerPaths {
  /** The folder of the mounted CA files; see `caFilePath`. */
  readonly certificates: string;
  /** The folder of api and worker for files, if object storage is local. */
  readonly storage: string;
  /** The folder of the plugin daemon for packages, if its storage is local. */
  readonly pluginStorage: string;
  /** The folder in which the plugin daemon unpacks and runs plugins. Always on a local disk. */
  readonly pluginWorking: string;
}

/** Debian's bundle of public authorities, which the Dify images contain. `verify-full` without a CA file uses it. */
export const SYSTEM_CA_FILE = '/etc/ssl/certs/ca-certificates.crt';
