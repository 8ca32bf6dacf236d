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
  const { metricsAddr, healthAddr } = settings;
  const port = portOf(healthAddr);
  // A faulty address stands for the default here.
  const isFaulty = reading.hasProblemAt(['healthAddr']) || reading.hasProblemAt(['metricsAddr']);
  if (port !== undefined && port === portOf(metricsAddr) && !isFaulty) {
    const [path, other, address] = reading.source.has(['healthAddr'])
      ? (['healthAddr', 'metricsAddr', metricsAddr] as const)
      : (['metricsAddr', 'healthAddr', healthAddr] as const);
    reading.report(FAULTS.addressClash({ other, address }), [path]);
  }
  if (scope === 'Cluster' && settings.watchNamespace !== '') {
    reading.report(FAULTS.watchNamespaceScope({ kind }), ['watchNamespace']);
  }
}
