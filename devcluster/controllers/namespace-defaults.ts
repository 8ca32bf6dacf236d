import { SERVER } from '../auth/user.ts';
import { ownWrite } from '../verbs/api.ts';
import { NAMESPACES } from '../admission/namespaces.ts';
import { equalSemantically } from '../store/json.ts';
import { create } from '../verbs/create.ts';
import { changeObject, CONTROLLER_MANAGER } from './change-meta.ts';
import { WorkLoop } from './work-loop.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { CertificateController } from './controller.ts';

const ROOT_CA = 'kube-root-ca.crt';
const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal ' +
  'service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Gives every namespace its service account `default` and the ConfigMap with the cluster's certificate, and keeps them. */
export function startNamespaceDefaults(
  api: Api,
  caCertificate: () => string,
  report: (error: unknown) => void,
): CertificateController {
  const loop = new WorkLoop<string>((name) => ensureAll(api, name, caCertificate()), report);
  const stop = api.store.subscribe((collection, event) => {
    if (collection.name === NAMESPACES && event.type === 'ADDED') loop.add(event.key);
    const { namespace } = event.object.metadata;
    if (event.type !== 'DELETED' || !namespace) return;
    if (collection.name === '/serviceaccounts' || collection.name === '/configmaps') loop.add(namespace);
  });
  for (const namespace of api.store.collection(NAMESPACES).values())
    ensureAll(api, namespace.metadata.name, caCertificate());
  return {
    refresh() {
      for (const namespace of api.store.collection(NAMESPACES).values()) loop.add(namespace.metadata.name);
    },
    stop() {
      stop();
      loop.stop();
    },
  };
}

function ensureAll(api: Api, namespace: string, caCertificate: string): void {
  const found: ApiObject | undefined = api.store.collection(NAMESPACES).get(namespace);
  if (!found || found.metadata.deletionTimestamp) return;
  ensure(api, '/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  });
  ensure(api, '/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: ROOT_CA, namespace, annotations: { 'kubernetes.io/description': ROOT_CA_DESCRIPTION } },
    data: { 'ca.crt': caCertificate },
  });
}

function ensure(api: Api, collection: string, draft: Draft): void {
  const kind = api.kinds.findByCollection(collection);
  const { name, namespace } = draft.metadata;
  if (!kind) return;
  const found = api.store.collection(collection).get(`${namespace}/${name}`);
  if (!found) create(api, kind, namespace, draft, ownWrite(SERVER, CONTROLLER_MANAGER));
  else if (!equalSemantically(found['data'], draft['data']) && name === ROOT_CA)
    changeObject(api, kind, namespace, name, '', (changed) => void (changed['data'] = draft['data']));
}
