import { pause } from '../../runtime/clock.ts';
import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { resourceName } from '../../runtime/kube/paths.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { followObjects, type Followed, type Following } from '../cluster/follow-objects.ts';
import { podSelectorOf } from '../operator/deployed-operator.ts';
import { kindMissing, mayNotRead } from './errors.ts';
import { findPlace, podLabels, type Place } from './looked.ts';
import { findResource } from './resource-status.ts';
import { rowOf, type ResourceRow } from './resource-row.ts';
import { jsonDisplay, lineDisplay, pictureDisplay, type StatusDisplay } from './status-display.ts';
import { StatusView } from './status-view.ts';
import { DEPLOYMENTS, LEASES, PODS } from '../cluster/kinds.ts';

/** Between two looks for a kind that is not there. */
const LOOK_MS = 5000;

/** Shows how the operator and its resources stand, or the one of that name, and goes on with what changes until Ctrl-C: exit code 130. */
export async function watchStatus(context: CommandContext, name?: string): Promise<Outcome> {
  const { signal, environment, options } = context;
  const place = await findPlace(context, await context.project());
  const chosen = name === undefined ? undefined : await findResource(context, place, name);
  const view = new StatusView(place);
  const make = options.output === 'json' ? jsonDisplay : environment.output.isTTY ? pictureDisplay : lineDisplay;
  const display = make(context, view);
  const follower = new Follower(context, view, display);
  try {
    await follower.follow(place, chosen);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    display.end();
  }
  return { exitCode: EXIT.interrupted, text: [] };
}

class Follower {
  readonly #context: CommandContext;
  readonly #view: StatusView;
  readonly #display: StatusDisplay;
  /** What is not listed yet. */
  readonly #awaited = new Set<string>(['deployment', 'pods', 'lease', 'resources']);

  constructor(context: CommandContext, view: StatusView, display: StatusDisplay) {
    this.#context = context;
    this.#view = view;
    this.#display = display;
  }

  async follow(place: Place, chosen: KubernetesObject | undefined): Promise<void> {
    const { deployment, project, namespace, lease } = place;
    const view = this.#view;
    const name = deployment?.metadata.name ?? project.operatorName;
    const set = (keep: (object: KubernetesObject, isGone: boolean) => void) => ({
      row: (object: KubernetesObject) => object,
      changed: (object: KubernetesObject, how: 'listed' | 'changed' | 'gone') => {
        keep(object, how === 'gone');
        if (this.#awaited.size === 0) this.#display.operator();
      },
    });
    await Promise.all([
      this.#kept('deployment', {
        type: DEPLOYMENTS,
        namespace,
        fieldSelector: `metadata.name=${name}`,
        ...set((object, isGone) => (view.deployment = isGone ? undefined : object)),
      }),
      this.#kept('pods', {
        type: PODS,
        namespace,
        labelSelector: deployment ? podSelectorOf(deployment) : podLabels(project),
        ...set((pod, isGone) =>
          isGone ? view.pods.delete(pod.metadata.uid ?? '') : view.pods.set(pod.metadata.uid ?? '', pod),
        ),
      }),
      lease
        ? this.#kept('lease', {
            type: LEASES,
            namespace: lease.namespace,
            fieldSelector: `metadata.name=${lease.name}`,
            ...set((object, isGone) => (view.lease = isGone ? undefined : object)),
          })
        : this.#listed('lease'),
      this.#resources(place, chosen),
    ]);
  }

  async #resources({ type, watched, namespace }: Place, chosen: KubernetesObject | undefined): Promise<void> {
    const view = this.#view;
    const followed = (from: string | undefined): Omit<Followed<ResourceRow>, 'listed' | 'trouble'> => ({
      type,
      namespace: from,
      ...(chosen && { fieldSelector: `metadata.name=${chosen.metadata.name}` }),
      row: rowOf,
      changed: (row, how) => {
        const before = view.rows.get(row.uid);
        if (how === 'gone') view.rows.delete(row.uid);
        else view.rows.set(row.uid, row);
        if (this.#awaited.size === 0) this.#display.resource(row, before, how === 'gone');
      },
    });
    if (chosen) view.namespace = chosen.metadata.namespace;
    const { options } = this.#context;
    const own = options.namespace ?? this.#context.cluster().contextNamespace ?? namespace;
    const isForbidden = await this.#kept(
      'resources',
      followed(view.namespace),
      watched === undefined && type.namespaced,
    );
    if (!isForbidden) return;
    view.namespace = own;
    this.#display.trouble(
      `you may not list ${resourceName(type)} in all namespaces: shown are those of namespace ${own}`,
    );
    await this.#kept('resources', followed(own));
  }

  /** Follows until the end; true where it may not be listed and `elsewhere` says that there is another place to look. */
  async #kept<Row>(
    what: string,
    followed: Omit<Followed<Row>, 'listed' | 'trouble'>,
    elsewhere = false,
  ): Promise<boolean> {
    const { signal, environment } = this.#context;
    const following: Following = { cluster: this.#context.cluster(), clock: environment.clock, signal };
    const { type, namespace } = followed;
    const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
    const listed = (): void => {
      this.#view.unseen.delete(what);
      this.#listed(what);
    };
    const trouble = (why: string): void => this.#display.trouble(why);
    while (!signal.aborted) {
      try {
        await followObjects(following, { ...followed, listed, trouble });
      } catch (error) {
        const isMissing = isKindMissing(error);
        if (signal.aborted || (!isMissing && !isStatus(error, 403))) throw error;
        if (!isMissing && elsewhere) return true;
        if (what === 'lease') this.#view.lease = 'unknown';
        else
          this.#view.unseen.set(
            what,
            isMissing ? kindMissing(resourceName(type), type.version) : mayNotRead(resourceName(type), where),
          );
        this.#listed(what);
        await pause(environment.clock, LOOK_MS, signal);
      }
    }
    return false;
  }

  #listed(what: string): void {
    if (this.#awaited.delete(what) && this.#awaited.size === 0) this.#display.begin();
    else if (this.#awaited.size === 0) this.#display.operator();
  }
}
