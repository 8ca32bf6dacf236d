import { invalid } from '../http/status.ts';
import { completeCreate, completeUpdate } from '../kinds/rules/completion.ts';
import { listAt, stringAt, valueAt } from '../schema/json.ts';
import { adoptAppArmor } from './app-armor.ts';
import { admitPod, PODS } from './pods.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Allocations } from '../kinds/rules/completion.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

/**
 * What the cluster adds to a new object by itself, before it is validated. The writer is not held to have written it.
 * @param warn sends a warning along with the answer.
 */
export function completeNew(api: Api, kind: ServedKind, draft: Draft, warn: (text: string) => void): void {
  if (kind.custom) return;
  if (kind.collection === PODS) {
    admitPod(api, draft);
    adoptAppArmor(draft, warn);
  }
  refuse(kind, draft, completeCreate(kind.group, kind.kind, draft, allocations(api, kind, draft)));
}

/** The same for a changed object. */
export function completeChanged(api: Api, kind: ServedKind, draft: Draft, old: ApiObject): void {
  if (kind.custom) return;
  refuse(kind, draft, completeUpdate(kind.group, kind.kind, draft, old, allocations(api, kind, draft)));
}

function refuse(kind: ServedKind, draft: Draft, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(kind.group, kind.kind, draft.metadata.name, errors);
}

/** The collection of all services. */
const SERVICES = '/services';

const NOTHING: Allocations = { addresses: new Set(), nodePorts: new Set() };

/** What other services have: of no interest to other kinds. */
function allocations(api: Api, kind: ServedKind, { metadata }: Draft): Allocations {
  if (kind.collection !== SERVICES) return NOTHING;
  const others = [...api.store.collection(SERVICES).values()].filter((other) => other.metadata.uid !== metadata.uid);
  const ports = others.flatMap((other) => listAt(other, 'spec', 'ports').map((port) => valueAt(port, 'nodePort')));
  return {
    addresses: new Set(others.map((other) => stringAt(other, 'spec', 'clusterIP')).filter((address) => address !== '')),
    nodePorts: new Set(ports.filter((port) => typeof port === 'number')),
  };
}
