import { stringAt } from '../schema/json.ts';
import { objectKey } from '../store/object.ts';
import { remove } from '../verbs/delete.ts';
import { changeObject } from './change-meta.ts';
import { WorkLoop } from './work-loop.ts';
import type { ServiceAccountTokens } from '../auth/service-account-tokens.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { CertificateController } from './controller.ts';

const SECRETS = '/secrets';
const ACCOUNTS = '/serviceaccounts';
const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with the token of their account, and deletes those whose account
 * has gone. Source: k8s.io/kubernetes/pkg/controller/serviceaccount/tokens_controller.go.
 */
export function startTokenSecrets(
  api: Api,
  tokens: ServiceAccountTokens,
  caCertificate: () => string,
  report: (error: unknown) => void,
): CertificateController {
  const loop = new WorkLoop<string>((key) => reconcile(api, tokens, caCertificate(), key), report);
  const stops = [
    api.store.collection(SECRETS).subscribe(({ type, key, object }) => {
      if (type !== 'DELETED' && object['type'] === TOKEN_TYPE) loop.add(key);
    }),
    api.store.collection(ACCOUNTS).subscribe(({ type, object }) => {
      if (type === 'MODIFIED') return;
      for (const secret of api.store.collection(SECRETS).list(object.metadata.namespace) ?? []) {
        if (secret['type'] !== TOKEN_TYPE || accountName(secret) !== object.metadata.name) continue;
        loop.add(objectKey(secret.metadata.namespace, secret.metadata.name));
      }
    }),
  ];
  return {
    refresh() {
      for (const { type, metadata } of api.store.collection(SECRETS).values())
        if (type === TOKEN_TYPE) loop.add(objectKey(metadata.namespace, metadata.name));
    },
    stop() {
      for (const stop of stops) stop();
      loop.stop();
    },
  };
}

function accountName({ metadata }: ApiObject): string {
  return metadata.annotations?.[ACCOUNT_NAME] ?? '';
}

function reconcile(api: Api, tokens: ServiceAccountTokens, caCertificate: string, key: string): void {
  const secret = api.store.collection(SECRETS).get(key);
  const kind = api.kinds.findByCollection(SECRETS);
  if (!secret || !kind || secret['type'] !== TOKEN_TYPE) return;
  const { namespace, name } = secret.metadata;
  const account = api.store.collection(ACCOUNTS).get(objectKey(namespace, accountName(secret)));
  const uid = secret.metadata.annotations?.[ACCOUNT_UID] ?? '';
  if (!account || (uid !== '' && uid !== account.metadata.uid)) {
    remove(api, kind, namespace, name, { preconditions: { uid: secret.metadata.uid } });
    return;
  }
  const wanted = wantedData(tokens, caCertificate, account, secret);
  if (Object.keys(wanted).length === 0) return;
  changeObject(api, kind, namespace, name, '', (draft) => {
    draft['data'] = { ...(typeof draft['data'] === 'object' && draft['data']), ...wanted };
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      [ACCOUNT_NAME]: account.metadata.name,
      [ACCOUNT_UID]: account.metadata.uid ?? '',
    };
  });
}

/** What is missing in the secret. */
function wantedData(
  tokens: ServiceAccountTokens,
  caCertificate: string,
  account: ApiObject,
  secret: ApiObject,
): Readonly<Record<string, string>> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const ca = base64(caCertificate);
  return {
    ...(stringAt(secret, 'data', 'ca.crt') !== ca && { 'ca.crt': ca }),
    ...(stringAt(secret, 'data', 'namespace') === '' && { namespace: base64(secret.metadata.namespace ?? '') }),
    ...(stringAt(secret, 'data', 'token') === '' && { token: base64(tokens.issueForSecret(account, secret)) }),
  };
}
