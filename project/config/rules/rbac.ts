import { FAULTS } from '../../errors.ts';
import type { PolicyRule } from '../../model.ts';
import type { AutopilotFile, RuleEntry } from '../autopilot-fields.ts';
import type { Reading } from '../reading.ts';
import { defined } from './identity.ts';

/** Further rules for the operator's role. `*` is the user's own choice; only what cannot be a rule is refused. */
export function checkRules(file: AutopilotFile, reading: Reading): readonly PolicyRule[] {
  return (file.rbac ?? []).flatMap((rule, index) => {
    if (!rule) return [];
    const path = ['rbac', index];
    const { apiGroups, resources, resourceNames, nonResourceURLs, verbs } = rule;
    if (verbs?.length === 0) reading.report(FAULTS.ruleVerbs(), [...path, 'verbs']);
    // A list that is faulty in itself is there, and was reported.
    const has = (key: keyof RuleEntry) => (rule[key]?.length ?? 0) > 0 || reading.hasProblemAt([...path, key]);
    if (has('nonResourceURLs')) {
      if (has('apiGroups') || has('resources') || has('resourceNames')) reading.report(FAULTS.ruleMixed(), path);
    } else if (!has('apiGroups')) reading.report(FAULTS.ruleResources({ lacking: 'apiGroups' }), path);
    else if (!has('resources')) reading.report(FAULTS.ruleResources({ lacking: 'resources' }), path);
    return [
      {
        ...(apiGroups && { apiGroups: defined(apiGroups) }),
        ...(resources && { resources: defined(resources) }),
        ...(resourceNames && { resourceNames: defined(resourceNames) }),
        ...(nonResourceURLs && { nonResourceURLs: defined(nonResourceURLs) }),
        verbs: defined(verbs),
      },
    ];
  });
}
