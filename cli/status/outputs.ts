import { createHash } from 'node:crypto';
import type { Project, ResourceParameter } from '../../project/model.ts';
import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { resourceName } from '../../runtime/kube/paths.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { at, isFields, textAt } from '../cluster/fields.ts';
import { objectState, writtenByOthers } from './object-state.ts';
import { EVENTS } from '../cluster/kinds.ts';

/** An object that a phase made for a resource. */
export interface ResourceOutput {
  /** The phase that made it. */
  readonly phase: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | null;
  /** '' where all of a kind are gone. */
  readonly name: string;
  readonly state: string;
  readonly changedBy: { readonly manager: string; readonly time: string } | null;
}

export interface FoundOutputs {
  readonly outputs: readonly ResourceOutput[];
  /** Kinds that could not be looked through, and why. */
  readonly unseen: readonly string[];
}

/** Kinds of which values are nobody's business, and nothing is told by them. */
const WITHOUT_STATUS = new Set(['secrets', 'configmaps']);
/** What the runtime records of a phase's outputs of a kind of which it left none. */
const NONE_LEFT = createHash('sha256').update('').digest('hex').slice(0, 16);
/** What it records while another phase takes them over. */
const TAKING = 'taking';

/** Finds what the phases of a project made for a resource, and how that stands; and what its status says was made and is not there. */
export async function findOutputs(
  cluster: Cluster,
  project: Project,
  resource: KubernetesObject,
): Promise<FoundOutputs> {
  const { group, operatorName } = project;
  const { uid = '', namespace } = resource.metadata;
  const unseen: string[] = [];
  const lists = await askAll(outputKinds(project), async (type) => {
    const options = { labelSelector: `${group}/owner=${uid}`, metadataOnly: WITHOUT_STATUS.has(type.plural) };
    try {
      return { type, objects: await listAnywhere(cluster, type, namespace, options) };
    } catch (error) {
      if (isKindMissing(error)) unseen.push(`${resourceName(type)}: the cluster does not serve them`);
      else if (isStatus(error, 403)) unseen.push(`${resourceName(type)}: you may not list them`);
      else throw error;
      return { type, objects: undefined };
    }
  });
  const outputs = lists.flatMap(({ type, objects = [] }) =>
    objects.map((object): ResourceOutput => {
      const { metadata } = object;
      return {
        phase: metadata.annotations?.[`${group}/phase`] ?? '',
        kind: type.kind,
        apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
        namespace: metadata.namespace ?? null,
        name: metadata.name,
        state: objectState(object),
        changedBy: writtenByOthers(object, operatorName) ?? null,
      };
    }),
  );
  const seen = new Set(lists.filter(({ objects }) => objects !== undefined).map(({ type }) => type.key));
  return { outputs: [...outputs, ...gone(project, resource, outputs, seen)], unseen };
}

function outputKinds({ phases, finalizer }: Project): readonly ResourceParameter[] {
  const all = [...phases.flatMap(({ outputs }) => outputs), ...finalizer.outputs].map(({ parameter }) => parameter);
  return [...new Map(all.map((parameter) => [parameter.key, parameter])).values()];
}

async function listAnywhere(
  cluster: Cluster,
  type: ResourceParameter,
  namespace: string | undefined,
  options: { readonly labelSelector: string; readonly metadataOnly: boolean },
): Promise<readonly KubernetesObject[]> {
  try {
    return await cluster.list(type, undefined, options);
  } catch (error) {
    if (!isStatus(error, 403) || !type.namespaced || namespace === undefined) throw error;
    return cluster.list(type, namespace, options);
  }
}

/** Phases that the resource has left recorded what they left behind: where nothing of a kind is there, all of it is gone. */
function gone(
  { phases }: Project,
  resource: KubernetesObject,
  there: readonly ResourceOutput[],
  seen: ReadonlySet<string>,
): readonly ResourceOutput[] {
  const recorded = at(resource, 'status', 'observedOutputs');
  return phases.flatMap(({ name, renamedFrom, outputs }) =>
    outputs.flatMap(({ parameter }) => {
      const digest = [name, ...renamedFrom]
        .map((each) => textAt(recorded, each, parameter.key))
        .find((text) => text !== '');
      const isThere = there.some(
        ({ phase, kind }) => kind === parameter.kind && [name, ...renamedFrom].includes(phase),
      );
      if (digest === undefined || digest === NONE_LEFT || digest === TAKING || isThere || !seen.has(parameter.key))
        return [];
      const { kind, group, version } = parameter;
      const apiVersion = group === '' ? version : `${group}/${version}`;
      return [{ phase: name, kind, apiVersion, namespace: null, name: '', state: 'gone', changedBy: null }];
    }),
  );
}

/** Events about an object. */
export interface ToldEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** RFC 3339. */
  readonly lastSeen: string;
}

/** The events about a resource, the newest last; undefined where they may not be read. */
export async function findEvents(
  cluster: Cluster,
  { metadata }: KubernetesObject,
): Promise<readonly ToldEvent[] | undefined> {
  const options = { fieldSelector: `involvedObject.uid=${metadata.uid ?? ''}` };
  try {
    // Those about what has no namespace are in this one.
    const events = await cluster.list(EVENTS, metadata.namespace ?? 'default', options);
    return events.map(toldEvent).toSorted((a, b) => (a.lastSeen < b.lastSeen ? -1 : 1));
  } catch (error) {
    if (isStatus(error, 403)) return undefined;
    throw error;
  }
}

function toldEvent(event: KubernetesObject): ToldEvent {
  const series = at(event, 'series');
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const times = [
    textAt(series, 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(event, 'firstTimestamp'),
    event.metadata.creationTimestamp ?? '',
  ];
  return {
    type: textAt(event, 'type'),
    reason: textAt(event, 'reason'),
    message: textAt(event, 'message'),
    count: Math.max(1, number(at(event, 'count')), isFields(series) ? number(series['count']) : 0),
    lastSeen: times.find((time) => time !== '') ?? '',
  };
}
