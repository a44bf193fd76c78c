/** Where the parts of one installation find each other: the only thing in the table that differs between the targets. */
export interface ServiceAddresses {
  /** Base URLs without a trailing slash, such as `http://api:5001` or `http://dify-api:5001`. */
  readonly api: string;
  readonly pluginDaemon: string;
  readonly sandbox: string;
  readonly ssrfProxy: string;
  readonly agentBackend: string;
  readonly localSandbox: string;
  /** The proxy through which the agent's sandbox reaches the internet; absent where there is none. */
  readonly agentSsrfProxy?: string;
  /** The bundled data services; not looked at where the service is external. */
  readonly bundled: {
    readonly postgres: { readonly host: string; readonly port: number };
    readonly redis: { readonly host: string; readonly port: number };
    readonly weaviate: { readonly http: string; readonly grpc: string };
  };
  readonly paths: ContainerPaths;
}

/** Paths inside the containers. */
export interface ContainerPaths {
  /** Folder into which CA files are mounted; see `caFilePath`. */
  readonly certificates: string;
  /** Where api and worker keep files when object storage is local. */
  readonly storage: string;
  /** Where the plugin daemon keeps packages when its storage is local. */
  readonly pluginStorage: string;
  /** Where the plugin daemon unpacks and runs plugins; always a local disk. */
  readonly pluginWorking: string;
}

/** Debian's bundle of public authorities, which the Dify images carry: what `verify-full` without a CA file is judged by. */
export const SYSTEM_CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** The folder of the same, where each authority has a file of its own. */
export const SYSTEM_CA_FOLDER = '/etc/ssl/certs';
