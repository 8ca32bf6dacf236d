import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { isFields, listAt, numberAt, textAt } from '../cluster/fields.ts';

/** Conditions that say in one word whether an object does what it is for, by those who maintain their kinds. */
const TELLING = ['Ready', 'Available', 'Programmed', 'Accepted', 'Established'];

/**
 * How an object stands, in a few words, as far as its own status tells: `there` where that says nothing. After the rules of kstatus, which
 * know no kinds but some.
 */
export function objectState(object: KubernetesObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed > 0 && observed < (object.metadata.generation ?? 0)) return 'its change was not seen yet';
  const wanted = numberAt(object, 'spec', 'replicas');
  if (wanted > 0) return `${numberAt(object, 'status', 'readyReplicas')} of ${wanted} ready`;
  const conditions = listAt(object, 'status', 'conditions').filter(isFields);
  const stalled = conditions.find((each) => textAt(each, 'type') === 'Stalled' && textAt(each, 'status') === 'True');
  const [telling] = TELLING.flatMap((type) => conditions.find((each) => textAt(each, 'type') === type) ?? []);
  const condition = stalled ?? telling;
  if (!condition) return 'there';
  const type = textAt(condition, 'type');
  if (condition === telling && textAt(condition, 'status') === 'True') return type.toLowerCase();
  const [message = ''] = textAt(condition, 'message').split('\n', 1);
  const why = [textAt(condition, 'reason'), message].filter((part) => part !== '').join(': ');
  return `${condition === stalled ? 'stalled' : `not ${type.toLowerCase()}`}${why === '' ? '' : `: ${why}`}`;
}

/** Kubernetes' own, which writes objects all the time. */
const CONTROLLERS = 'kube-controller-manager';

/** Who else than `manager` wrote it after that, and when; its status is no one's business. Undefined: nobody. */
export function writtenByOthers(
  { metadata }: KubernetesObject,
  manager: string,
): { readonly manager: string; readonly time: string } | undefined {
  const entries = (metadata.managedFields ?? []).filter(({ subresource, time }) => subresource === undefined && time);
  const ours = entries.filter((entry) => entry.manager === manager).map(({ time = '' }) => time);
  const last = ours.toSorted().at(-1);
  if (last === undefined) return undefined;
  const later = entries.filter(
    (entry) => entry.manager !== manager && entry.manager !== CONTROLLERS && (entry.time ?? '') > last,
  );
  const [newest] = later.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  return newest && { manager: newest.manager ?? '', time: newest.time ?? '' };
}
