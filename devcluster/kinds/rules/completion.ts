/**
 * What the real server's registries and admission fill in for a writer, beyond defaults: after the managed fields have
 * been tracked (nobody owns it), before validation.
 * Source: PrepareForCreate and PrepareForUpdate of k8s.io/kubernetes/pkg/registry, plugin/pkg/admission.
 */
import type { FieldError } from '../../schema/field-error.ts';
import { deepCopy, deepEqual, isObject, listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { completeChangedService, completeNewService, type Allocations } from './service-completion.ts';

export type { Allocations } from './service-completion.ts';

/**
 * Completes a new object in place; its metadata has its uid. Generation and status are not filled in here.
 * @param allocations what other services use.
 * @returns what is wrong with what a service asks for; the real server looks no further then.
 */
export function completeCreate(
  group: string,
  kind: string,
  object: JsonObject,
  allocations: Allocations,
): FieldError[] {
  switch (`${group}/${kind}`) {
    case '/Service':
      return completeNewService(object, allocations);
    case '/PersistentVolumeClaim':
      addFinalizer(object, 'kubernetes.io/pvc-protection');
      break;
    case '/PersistentVolume':
      addFinalizer(object, 'kubernetes.io/pv-protection');
      break;
    case '/Node':
      addTaint(object);
      break;
    case 'apps/DaemonSet':
      annotate(object, TEMPLATE_GENERATION, '1');
      break;
    case 'batch/Job':
      selectByUid(object);
      break;
    case 'coordination.k8s.io/Lease':
      dropFields(objectAt(object, 'spec') ?? {}, {}, OF_COORDINATED_ELECTION);
      break;
    default:
  }
  return [];
}

/** Completes an object that is updated, in place: what was filled in at its creation stays, where the writer left it out. */
export function completeUpdate(
  group: string,
  kind: string,
  object: JsonObject,
  old: JsonObject,
  allocations: Allocations,
): FieldError[] {
  switch (`${group}/${kind}`) {
    case '/Service':
      return completeChangedService(object, old, allocations);
    case 'apps/DaemonSet': {
      const before = Number(objectAt(old, 'metadata', 'annotations')?.[TEMPLATE_GENERATION] ?? 0);
      const [now, then] = [objectAt(object, 'spec', 'template'), objectAt(old, 'spec', 'template')];
      annotate(object, TEMPLATE_GENERATION, String(deepEqual(now, then) ? before : before + 1));
      break;
    }
    case 'coordination.k8s.io/Lease':
      dropFields(objectAt(object, 'spec') ?? {}, objectAt(old, 'spec') ?? {}, OF_COORDINATED_ELECTION);
      break;
    default:
  }
  return [];
}

/** Fields of a feature that is off by default; who has them keeps them. */
const OF_COORDINATED_ELECTION = ['strategy', 'preferredHolder'];

function dropFields(spec: JsonObject, old: JsonObject, names: readonly string[]): void {
  for (const name of names) if (old[name] === undefined) delete spec[name];
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function annotate(object: JsonObject, name: string, value: string): void {
  const meta = objectAt(object, 'metadata');
  if (meta !== undefined) meta['annotations'] = { ...objectAt(meta, 'annotations'), [name]: value };
}

function addFinalizer(object: JsonObject, name: string): void {
  const meta = objectAt(object, 'metadata');
  if (meta === undefined || listAt(meta, 'finalizers').includes(name)) return;
  meta['finalizers'] = [...listAt(meta, 'finalizers'), name];
}

/** No pod goes to a node before it is said to be ready. */
function addTaint(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const taints = listAt(spec, 'taints');
  if (!taints.some((found) => stringAt(found, 'key') === taint.key && stringAt(found, 'effect') === taint.effect)) {
    spec['taints'] = [...taints, taint];
  }
}

/** A job selects its own pods, unless it says that it selects by itself. */
function selectByUid(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  const meta = objectAt(object, 'metadata');
  if (spec === undefined || meta === undefined || spec['manualSelector'] === true) return;
  const uid = stringAt(meta, 'uid');
  const name = stringAt(meta, 'name');
  const template = objectAt(spec, 'template') ?? {};
  const templateMeta = objectAt(template, 'metadata') ?? {};
  const labels = objectAt(templateMeta, 'labels');
  const generated = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  // Labels that a job has from its template are the template's own: what is added to those is added to both.
  const shared = labels !== undefined && deepEqual(labels, meta['labels']);
  templateMeta['labels'] = { ...generated, ...labels };
  if (shared) meta['labels'] = deepCopy(templateMeta['labels']);
  template['metadata'] = templateMeta;
  spec['template'] = template;
  const selector = isObject(spec['selector']) ? spec['selector'] : {};
  const matchLabels = { ...objectAt(selector, 'matchLabels'), 'batch.kubernetes.io/controller-uid': uid };
  spec['selector'] = { ...selector, matchLabels };
}
