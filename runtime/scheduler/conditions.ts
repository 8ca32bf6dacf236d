import type { Condition } from '../kube/types.ts';
import type { Phase } from '../plan.ts';

/** How a resource stands: what its conditions follow from. */
export type Standing =
  /** On its way: the phase was just entered, its worker is to run. */
  | { readonly is: 'progressing' }
  /** Its worker stayed in its phase, or the phase is final. */
  | { readonly is: 'resting' }
  /** In a final phase that takes no notice of a change of the spec. */
  | { readonly is: 'ignoring' }
  /** Something went wrong and is tried again. */
  | { readonly is: 'failing'; readonly reason: string; readonly message: string }
  /** Something is wrong that trying again does not mend. */
  | { readonly is: 'stalled'; readonly reason: string; readonly message: string }
  /** At rest, but an output of an earlier phase was changed by somebody else and nothing repairs it. */
  | { readonly is: 'drifted'; readonly message: string };

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The reason of a final phase that takes no notice of a change of the spec. */
export const IGNORED = 'SpecChangeIgnored';

/** The server's limit. */
const LONGEST_MESSAGE = 32_768;

/**
 * The conditions Ready, Reconciling and Stalled, as kstatus and `kubectl wait` read them. Their texts hold nothing that changes by
 * itself, and `lastTransitionTime` is kept where the status of a condition stays: so nothing changed gives nothing to write.
 */
export function conditionsFor(
  standing: Standing,
  phase: Pick<Phase, 'name' | 'ready' | 'final'>,
  generation: number | undefined,
  before: readonly Condition[],
  now: string,
): readonly Condition[] {
  const { ready, reconciling, stalled } = verdicts(standing, phase);
  const make = (type: string, { status, reason, message }: Verdict): Condition => {
    const known = before.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      lastTransitionTime: known?.status === status ? known.lastTransitionTime : now,
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  };
  const ours = [make('Ready', ready), make('Reconciling', reconciling), make('Stalled', stalled)];
  const others = before.filter(({ type }) => !ours.some((condition) => condition.type === type));
  return [...ours, ...others];
}

function verdicts(
  standing: Standing,
  phase: Pick<Phase, 'name' | 'ready' | 'final'>,
): Record<'ready' | 'reconciling' | 'stalled', Verdict> {
  const yes = (reason: string, message: string): Verdict => ({ status: 'True', reason, message });
  const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
  switch (standing.is) {
    case 'progressing': {
      const message = `Phase ${phase.name} is under way.`;
      return {
        ready: no('Progressing', message),
        reconciling: yes('Progressing', message),
        stalled: no('Progressing', message),
      };
    }
    case 'resting':
    case 'ignoring': {
      const ignored = standing.is === 'ignoring';
      const reason = ignored ? IGNORED : phase.final ? 'Final' : 'Resting';
      const message = ignored
        ? `Phase ${phase.name} is final and takes no notice of changes of the spec.`
        : `Phase ${phase.name} is at rest.`;
      const ready =
        phase.ready === false ? no('NotReady', `Phase ${phase.name} does not count as ready.`) : yes(reason, message);
      return { ready, reconciling: no(reason, message), stalled: no(reason, message) };
    }
    case 'failing': {
      const { reason, message } = standing;
      return { ready: no(reason, message), reconciling: yes(reason, message), stalled: no(reason, message) };
    }
    case 'stalled': {
      const { reason, message } = standing;
      return { ready: no(reason, message), reconciling: no(reason, message), stalled: yes(reason, message) };
    }
    case 'drifted': {
      const { message } = standing;
      return {
        ready: no('OutputDrifted', message),
        reconciling: no('OutputDrifted', message),
        stalled: no('OutputDrifted', message),
      };
    }
  }
}
