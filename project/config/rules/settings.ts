import { FAULTS } from '../../errors.ts';
import type { OperatorSettings } from '../../model.ts';
import type { AutopilotFile } from '../autopilot-fields.ts';
import { portOf } from '../operator-fields.ts';
import type { Reading } from '../reading.ts';

/** What one file alone cannot tell: addresses against each other, the watched namespace against the kind's scope. */
export function checkSettings(
  settings: OperatorSettings,
  { kind = 'The kind', scope }: Pick<AutopilotFile, 'kind' | 'scope'>,
  reading: Reading,
): void {
  for (const [one, two] of [
    ['healthAddr', 'metricsAddr'],
    ['profilingAddr', 'metricsAddr'],
    ['profilingAddr', 'healthAddr'],
  ] as const) {
    const port = portOf(settings[one]);
    // A faulty address stands for the default here.
    const isFaulty = reading.hasProblemAt([one]) || reading.hasProblemAt([two]);
    if (port === undefined || port !== portOf(settings[two]) || isFaulty) continue;
    const [path, other] = reading.source.has([one]) ? ([one, two] as const) : ([two, one] as const);
    reading.report(FAULTS.addressClash({ other, address: settings[other] }), [path]);
  }
  if (scope === 'Cluster' && settings.watchNamespace !== '') {
    reading.report(FAULTS.watchNamespaceScope({ kind }), ['watchNamespace']);
  }
}
