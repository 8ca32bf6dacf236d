import { SERVER } from '../auth/user.ts';
import { createBootstrapPolicy } from './bootstrap-policy.ts';
import { keyOf } from '../store/object.ts';
import { ownWrite } from '../verbs/api.ts';
import { create } from '../verbs/create.ts';
import type { Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

const MANAGER = 'kube-apiserver';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** What every cluster has from its start; what is there already is left as it is. */
export function createBaseObjects(api: Api): void {
  for (const name of NAMESPACES) add(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  add(api, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
    },
  });
  createBootstrapPolicy(api);
}

function add(api: Api, draft: Draft): void {
  const kind = api.kinds.findByKind(draft.apiVersion, draft.kind);
  if (!kind) throw new Error(`${draft.kind} of ${draft.apiVersion} is not served`);
  if (api.store.collection(kind.collection).get(keyOf(draft))) return;
  kind.strategy.applyDefaults(draft);
  create(api, kind, draft.metadata.namespace, draft, ownWrite(SERVER, MANAGER));
}
