import { keyOf as objectKeyOf, splitKey } from '../../runtime/kube/paths.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { ageSince } from '../cluster/age.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { isFields, listAt, textAt } from '../cluster/fields.ts';
import { CommandError } from '../cluster/problems.ts';
import { table } from '../cluster/table.ts';
import { noResource, severalResources } from './errors.ts';
import { findPlace, lookAtResources, type Place } from './looked.ts';
import { findEvents, findOutputs, type FoundOutputs, type ToldEvent } from './outputs.ts';
import { errorText, phaseAge } from './overview.ts';
import { rowOf, transitionsOf, type ResourceRow, type Transition } from './resource-row.ts';
import { exitCodeOf } from './status.ts';

/** All that is told of one resource. */
export interface ResourceDetails {
  readonly resource: ResourceRow;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly since: string;
  }[];
  readonly transitions: readonly Transition[];
  readonly outputs: FoundOutputs['outputs'];
  readonly unseen: FoundOutputs['unseen'];
  /** Null where they may not be read. */
  readonly events: readonly ToldEvent[] | null;
}

/** How one resource stands, by its name, or namespace and name. */
export async function resourceStatus(context: CommandContext, name: string): Promise<Outcome> {
  const place = await findPlace(context, await context.project());
  const object = await findResource(context, place, name);
  const details = await detailsOf(context, place, object);
  return { result: details, text: detailsText(details, place.project.kind, context.environment.clock.now()) };
}

/**
 * The only resource of that name.
 *
 * @throws CommandError where there is none, or several.
 */
export async function findResource(context: CommandContext, place: Place, asked: string): Promise<KubernetesObject> {
  const { namespace, name } = splitKey(asked);
  const { kind } = place.project;
  const found = await lookAtResources(
    context,
    namespace === undefined ? place : { ...place, watched: namespace },
    `metadata.name=${name}`,
  );
  if (found.problems.length > 0) throw new CommandError(exitCodeOf(found.problems), found.problems);
  const [object, ...others] = found.objects;
  const where = found.namespace === undefined ? 'in any namespace' : `in namespace ${found.namespace}`;
  if (!object)
    throw new CommandError(EXIT.failed, [noResource(kind, name, place.type.namespaced ? where : 'on the cluster')]);
  if (others.length > 0)
    throw new CommandError(EXIT.failed, [severalResources(kind, name, found.objects.map(objectKeyOf))]);
  return object;
}

export async function detailsOf(
  context: CommandContext,
  { project }: Place,
  object: KubernetesObject,
): Promise<ResourceDetails> {
  const cluster = context.cluster();
  const [{ outputs, unseen }, events] = await Promise.all([
    findOutputs(cluster, project, object),
    findEvents(cluster, object),
  ]);
  return {
    resource: rowOf(object),
    conditions: listAt(object, 'status', 'conditions')
      .filter(isFields)
      .map((each) => ({
        type: textAt(each, 'type'),
        status: textAt(each, 'status'),
        reason: textAt(each, 'reason'),
        message: textAt(each, 'message'),
        since: textAt(each, 'lastTransitionTime'),
      })),
    transitions: transitionsOf(object),
    outputs,
    unseen,
    events: events ?? null,
  };
}

export function detailsText(details: ResourceDetails, kind: string, now: number): readonly string[] {
  const { resource, conditions, transitions, outputs, unseen, events } = details;
  const key = resource.namespace === null ? resource.name : `${resource.namespace}/${resource.name}`;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length > 0 ? ['', `${title}:`, ...lines.map((line) => `  ${line}`)] : [];
  return [
    `${kind} ${key}${resource.isDeleting ? ', which is being deleted' : ''}`,
    `phase     ${resource.phase === '' ? 'none yet' : `${resource.phase}, for ${phaseAge(resource, now)}`}`,
    ...(resource.error ? [`error     ${errorText(resource)}`] : []),
    `created   ${ageSince(resource.created, now)} ago`,
    ...(resource.isObserved ? [] : ['The operator has not seen the spec as it is now.']),
    ...section(
      'Conditions',
      conditions.length === 0
        ? []
        : table(
            ['TYPE', 'STATUS', 'FOR', 'REASON', 'MESSAGE'],
            conditions.map(({ type, status, since, reason, message }) => [
              type,
              status,
              ageSince(since, now),
              reason,
              message.split('\n', 1)[0] ?? '',
            ]),
          ),
    ),
    ...section(
      'Transitions',
      transitions.map(
        ({ time, from, to, reason }) => `${ageSince(time, now)} ago  ${from === '' ? 'new' : from} → ${to}  ${reason}`,
      ),
    ),
    ...section('Outputs', [
      ...(outputs.length === 0
        ? []
        : table(
            ['PHASE', 'KIND', 'NAME', 'STATE'],
            outputs.map(({ phase, kind: of, namespace, name, state, changedBy }) => [
              phase,
              of,
              name === ''
                ? '(all)'
                : namespace === null || namespace === resource.namespace
                  ? name
                  : `${namespace}/${name}`,
              changedBy === null
                ? state
                : `${state}, written by ${changedBy.manager} ${ageSince(changedBy.time, now)} ago`,
            ]),
          )),
      ...unseen,
    ]),
    ...section(
      'Events',
      events === null
        ? ['You may not read them.']
        : events.map(
            ({ lastSeen, reason, message, count }) =>
              `${ageSince(lastSeen, now)} ago  ${reason}${count > 1 ? ` (${count} times)` : ''}: ${message}`,
          ),
    ),
  ];
}
