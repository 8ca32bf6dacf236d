import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import type { Clock } from '../clock.ts';
import { errors, messageOf } from '../errors.ts';
import { bearer, fixedCredentials, loadedCredentials, tokenFile, type Credentials } from './credentials.ts';

/** Where a cluster is and how to get in. */
export interface ClusterAccess {
  /** `https://host:port`, perhaps with a path. */
  readonly server: string;
  readonly tls: TlsOptions;
  /** Where parts of `tls` came from: each new connection is made with what the files hold by then. */
  readonly tlsFiles?: TlsFiles;
  readonly proxy?: string | undefined;
  readonly credentials: Credentials;
  /** The context's namespace, or the pod's; undefined where neither is set. */
  readonly namespace: string | undefined;
  /** For messages: the context's name, or `in-cluster`. */
  readonly name: string;
}

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Paths of PEM files. */
export type TlsFiles = Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds the cluster as kubectl does: $KUBECONFIG (several files are merged, the first that names a thing wins), else the pod's
 * service account, else ~/.kube/config. `context`: another one than the kubeconfig's current; then a pod's account is not it.
 * Throws ERR_AP_KUBECONFIG.
 */
export function findCluster(env: NodeJS.ProcessEnv, clock: Clock, context?: string): ClusterAccess {
  const named = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '');
  if (named && named.length > 0) return fromFiles(named, clock, context);
  const inPod = env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(join(SERVICE_ACCOUNT, 'token'));
  if (context === undefined && inPod) return inCluster(env, clock);
  const file = join(homedir(), '.kube', 'config');
  if (existsSync(file)) return fromFiles([file], clock, context);
  throw errors.kubeconfig('neither $KUBECONFIG, nor a pod, nor ~/.kube/config', 'set KUBECONFIG to a kubeconfig file.');
}

function inCluster(env: NodeJS.ProcessEnv, clock: Clock): ClusterAccess {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const namespaceFile = join(SERVICE_ACCOUNT, 'namespace');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
    tls: { ca: readFileSync(join(SERVICE_ACCOUNT, 'ca.crt')) },
    tlsFiles: { ca: join(SERVICE_ACCOUNT, 'ca.crt') },
    credentials: tokenFile(join(SERVICE_ACCOUNT, 'token'), clock),
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined,
    name: 'in-cluster',
  };
}

function fromFiles(files: readonly string[], clock: Clock, context?: string): ClusterAccess {
  const documents = files.filter((file) => existsSync(file)).map((file) => parse(readFileSync(file, 'utf8'), file));
  if (documents.length === 0) throw errors.kubeconfig(files.join(', '), 'no such file.');
  return fromDocuments(documents, clock, context);
}

/** From the text of one kubeconfig. Relative paths in it are looked up from the working directory. */
export function fromKubeconfig(text: string, clock: Clock): ClusterAccess {
  return fromDocuments([parse(text, 'the kubeconfig')], clock);
}

interface Document {
  readonly source: string;
  readonly text: string;
  readonly fields: Fields;
}

function parse(text: string, source: string): Document {
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    throw errors.kubeconfig(source, `it is no YAML: ${messageOf(error)}`);
  }
  if (!isFields(value)) throw errors.kubeconfig(source, 'it is no kubeconfig.');
  return { source, text, fields: value };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The entry of that name in the first file that has it, with the file it came from. */
function named(
  documents: readonly Document[],
  list: string,
  kind: string,
  name: string,
): { fields: Fields; document: Document } {
  for (const document of documents) {
    const entries = document.fields[list];
    const entry = Array.isArray(entries) ? entries.filter(isFields).find((each) => each['name'] === name) : undefined;
    const fields = entry?.[kind];
    if (isFields(fields)) return { fields, document };
  }
  const names = documents
    .flatMap(({ fields }) => fields[list])
    .filter(isFields)
    .map((each) => String(each['name']));
  throw errors.kubeconfig(
    documents.map(({ source }) => source).join(', '),
    `there is no ${kind} ${JSON.stringify(name)}. There are: ${[...new Set(names)].join(', ') || 'none'}.`,
  );
}

function fromDocuments(documents: readonly Document[], clock: Clock, wanted?: string): ClusterAccess {
  const current =
    wanted ?? documents.map(({ fields }) => text(fields, 'current-context')).find((name) => name !== undefined);
  const sources = documents.map(({ source }) => source).join(', ');
  if (current === undefined)
    throw errors.kubeconfig(sources, 'no current-context is set: `kubectl config use-context` sets one.');
  const context = named(documents, 'contexts', 'context', current).fields;
  const cluster = named(documents, 'clusters', 'cluster', text(context, 'cluster') ?? '');
  const user = named(documents, 'users', 'user', text(context, 'user') ?? '');
  const server = text(cluster.fields, 'server');
  if (server === undefined) throw errors.kubeconfig(sources, `the cluster of context ${current} has no server.`);
  const ca = fileOrData(cluster, 'certificate-authority');
  const cert = fileOrData(user, 'client-certificate');
  const key = fileOrData(user, 'client-key');
  const files = { ca: ca?.file, cert: cert?.file, key: key?.file };
  const tlsFiles = Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined));
  const servername = text(cluster.fields, 'tls-server-name');
  return {
    server: server.replace(/\/+$/, ''),
    tls: {
      ...(ca && { ca: ca.content }),
      ...(cert && { cert: cert.content }),
      ...(key && { key: key.content }),
      ...(servername !== undefined && { servername }),
      ...(cluster.fields['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
    },
    ...(Object.keys(tlsFiles).length > 0 && { tlsFiles }),
    proxy: text(cluster.fields, 'proxy-url'),
    credentials: credentialsOf(user, current, documents, clock),
    namespace: text(context, 'namespace'),
    name: current,
  };
}

interface Content {
  readonly content: Buffer;
  /** Where it is from, if it is from a file of its own. */
  readonly file?: string;
}

function fileOrData({ fields, document }: { fields: Fields; document: Document }, name: string): Content | undefined {
  const data = text(fields, `${name}-data`);
  if (data !== undefined) return { content: Buffer.from(data, 'base64') };
  const named = text(fields, name);
  if (named === undefined) return undefined;
  const file = pathIn(document, named);
  return { content: readFileSync(file), file };
}

function pathIn(document: Document, file: string): string {
  return existsSync(document.source) ? resolve(dirname(document.source), file) : resolve(file);
}

function credentialsOf(
  { fields, document }: { fields: Fields; document: Document },
  context: string,
  documents: readonly Document[],
  clock: Clock,
): Credentials {
  const file = text(fields, 'tokenFile');
  if (file !== undefined) return tokenFile(pathIn(document, file), clock);
  const token = text(fields, 'token');
  if (token !== undefined) return fixedCredentials(bearer(token));
  const username = text(fields, 'username');
  if (username !== undefined) {
    const secret = Buffer.from(`${username}:${text(fields, 'password') ?? ''}`).toString('base64');
    return fixedCredentials({ authorization: `Basic ${secret}` });
  }
  if (isFields(fields['exec']) || isFields(fields['auth-provider']))
    return pluginCredentials(context, documents, clock);
  return fixedCredentials({});
}

/**
 * Logins by plugin (exec) or provider (OIDC): @kubernetes/client-node knows them, and is loaded for nothing else. It keeps what a plugin
 * gave until that expires; after a rejection it is asked anew.
 */
function pluginCredentials(context: string, documents: readonly Document[], clock: Clock): Credentials {
  let config: KubeConfig | undefined;
  return loadedCredentials(clock, async (wasRejected) => {
    if (wasRejected || !config) config = await clientNodeConfig(context, documents);
    const options: { headers?: unknown } = {};
    await config.applyToHTTPSOptions(options);
    const headers = isFields(options.headers) ? options.headers : {};
    const authorization = text(headers, 'Authorization') ?? text(headers, 'authorization');
    // A plugin may give a client certificate instead, which would be a matter of the connections.
    if (authorization === undefined)
      throw errors.kubeconfig(
        `context ${context}`,
        'the plugin by which its user logs in gave no token. Client certificates from plugins are not supported.',
      );
    return { authorization };
  });
}

async function clientNodeConfig(context: string, documents: readonly Document[]): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node').catch((error: unknown) => {
    throw errors.kubeconfig(
      `context ${context}`,
      `its user logs in through a plugin, which needs the package @kubernetes/client-node: npm install @kubernetes/client-node (${messageOf(error)})`,
    );
  });
  const config = new KubeConfig();
  for (const document of documents) {
    const one = new KubeConfig();
    one.loadFromString(document.text);
    config.mergeConfig(one, true);
  }
  config.setCurrentContext(context);
  return config;
}
