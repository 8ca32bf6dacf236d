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
  readonly ready: boolean;
  /** Of Ready, and of the other one that is True. */
  readonly reason: string;
  readonly message: string;
  /** The one that is True. */
  readonly also?: 'Reconciling' | 'Stalled';
}

/** The reason of a final phase that takes no notice of a change of the spec. */
export const IGNORED = 'SpecChangeIgnored';

/** The server's limit. */
const LONGEST_MESSAGE = 32_768;

/** What the runtime writes. */
const OURS: ReadonlySet<string> = new Set(['Ready', 'Reconciling', 'Stalled']);

/**
 * The conditions as kstatus and `kubectl wait` read them: Ready always, Reconciling and Stalled only while they are True. False and absent
 * are one to kstatus, and each condition more costs the server about a tenth of every status write (bench/README.md). Their texts hold nothing that changes by
 * itself, and `lastTransitionTime` is kept where the status of a condition stays: so nothing changed gives nothing to write.
 */
export function conditionsFor(
  standing: Standing,
  phase: Pick<Phase, 'name' | 'ready' | 'final'>,
  generation: number | undefined,
  before: readonly Condition[],
  now: string,
): readonly Condition[] {
  const { ready, reason, message, also } = verdict(standing, phase);
  const make = (type: string, status: 'True' | 'False'): Condition => {
    const known = before.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      lastTransitionTime: known?.status === status && known.lastTransitionTime ? known.lastTransitionTime : now,
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  };
  const others = before.filter(({ type }) => !OURS.has(type));
  return [make('Ready', ready ? 'True' : 'False'), ...(also ? [make(also, 'True')] : []), ...others];
}

function verdict(standing: Standing, phase: Pick<Phase, 'name' | 'ready' | 'final'>): Verdict {
  switch (standing.is) {
    case 'progressing':
      return {
        ready: false,
        reason: 'Progressing',
        message: `Phase ${phase.name} is under way.`,
        also: 'Reconciling',
      };
    case 'resting':
    case 'ignoring': {
      if (phase.ready === false)
        return { ready: false, reason: 'NotReady', message: `Phase ${phase.name} does not count as ready.` };
      if (standing.is === 'ignoring') {
        const message = `Phase ${phase.name} is final and takes no notice of changes of the spec.`;
        return { ready: true, reason: IGNORED, message };
      }
      const reason = phase.final ? 'Final' : 'Resting';
      return { ready: true, reason, message: `Phase ${phase.name} is at rest.` };
    }
    case 'failing':
      return { ready: false, reason: standing.reason, message: standing.message, also: 'Reconciling' };
    case 'stalled':
      return { ready: false, reason: standing.reason, message: standing.message, also: 'Stalled' };
    case 'drifted':
      return { ready: false, reason: 'OutputDrifted', message: standing.message };
  }
}
