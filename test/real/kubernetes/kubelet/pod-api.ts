import { randomBytes } from 'node:crypto';
import { HttpClient } from '../../../../devcluster/conformance/http-client.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../../../devcluster/schema/json.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';
import type { JsonObject } from '../../../../devcluster/schema/json.ts';

/** Something is missing that a pod names: it is waited for. */
export class MissingError extends Error {}

/** What the kubelet's part asks of a real API server, as its admin. */
export class PodApi {
  readonly #client: HttpClient;
  readonly nodeName: string;

  constructor(kubeconfig: string, nodeName: string) {
    this.#client = new HttpClient(kubeconfig);
    this.nodeName = nodeName;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Throws what the server says where it refuses. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    type?: string,
  ): Promise<JsonObject> {
    const { code, value } = await this.#client.send(method, path, {
      ...(body && { body }),
      ...(type !== undefined && { headers: { 'content-type': type } }),
    });
    const answer = objectAt(value) ?? {};
    if (code >= 400) throw new Error(`${method} ${path}: ${code} ${stringAt(answer, 'message')}`);
    return answer;
  }

  async pods(): Promise<readonly ApiObject[]> {
    const list = await this.send('GET', '/api/v1/pods');
    return listAt(list, 'items').filter(isApiObject);
  }

  async bind({ metadata }: ApiObject): Promise<void> {
    const { name, namespace } = metadata;
    const target = { kind: 'Node', name: this.nodeName };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target };
    await this.send('POST', `${pathOf(namespace, 'pods', name)}/binding`, body);
  }

  /** Nothing happens where the pod has gone. */
  async setStatus({ metadata }: ApiObject, status: JsonObject): Promise<void> {
    const body = [
      { op: 'test', path: '/metadata/uid', value: metadata.uid },
      { op: 'add', path: '/status', value: status },
    ];
    const path = `${pathOf(metadata.namespace, 'pods', metadata.name)}/status?fieldManager=kubelet`;
    await this.#client.send('PATCH', path, { body, headers: { 'content-type': 'application/json-patch+json' } });
  }

  async remove({ metadata }: ApiObject): Promise<void> {
    const body = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
    await this.#client.send('DELETE', pathOf(metadata.namespace, 'pods', metadata.name), { body });
  }

  /** The texts of a ConfigMap or Secret; undefined: there is none. */
  async data(
    plural: 'configmaps' | 'secrets',
    namespace: string | undefined,
    name: string,
  ): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const { code, value } = await this.#client.send('GET', pathOf(namespace, plural, name));
    if (code === 404) return undefined;
    const entries = (field: string, encoding: 'utf8' | 'base64'): (readonly [string, Buffer])[] =>
      Object.entries(objectAt(value, field) ?? {}).map(([key, text]) => [key, Buffer.from(String(text), encoding)]);
    const plain = entries('data', plural === 'secrets' ? 'base64' : 'utf8');
    return new Map([...plain, ...entries('binaryData', 'base64')]);
  }

  /** A token of the pod's service account, which is good as long as the pod is there. */
  async token(pod: ApiObject, expirationSeconds: number, audience: string): Promise<string> {
    const { namespace, name, uid } = pod.metadata;
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid };
    const spec = { expirationSeconds, boundObjectRef, ...(audience !== '' && { audiences: [audience] }) };
    const path = `${pathOf(namespace, 'serviceaccounts', stringAt(pod, 'spec', 'serviceAccountName'))}/token`;
    const answer = await this.send('POST', path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec,
    });
    return stringAt(answer, 'status', 'token');
  }

  /** Lost where the namespace is on its way out. */
  async tell(
    pod: ApiObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: string,
  ): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const now = new Date().toISOString();
    const fieldPath = container === undefined ? {} : { fieldPath: `spec.containers{${container}}` };
    const event = {
      metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, ...fieldPath },
      type,
      reason,
      message,
      source: { component: 'kubelet', host: this.nodeName },
      reportingComponent: 'kubelet',
      reportingInstance: this.nodeName,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    await this.#client.send('POST', pathOf(namespace, 'events', ''), { body: event });
  }
}

function pathOf(namespace: string | undefined, plural: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/${plural}${name === '' ? '' : `/${name}`}`;
}

function isApiObject(value: unknown): value is ApiObject {
  return typeof valueAt(value, 'metadata', 'name') === 'string';
}
