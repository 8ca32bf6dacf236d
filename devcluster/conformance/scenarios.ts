import { applyConflicts } from './scenarios/apply-conflicts.ts';
import { applies } from './scenarios/applies.ts';
import { collections } from './scenarios/collections.ts';
import { creates } from './scenarios/creates.ts';
import { definitions } from './scenarios/definitions.ts';
import { deletes } from './scenarios/deletes.ts';
import { emptied } from './scenarios/emptied.ts';
import { events } from './scenarios/events.ts';
import { fieldValidation } from './scenarios/field-validation.ts';
import { forms } from './scenarios/forms.ts';
import { lists } from './scenarios/lists.ts';
import { namespaces } from './scenarios/namespaces.ts';
import { namespacesWithPods } from './scenarios/namespaces-with-pods.ts';
import { owners } from './scenarios/owners.ts';
import { pages } from './scenarios/pages.ts';
import { patches } from './scenarios/patches.ts';
import { podSecurity } from './scenarios/pod-security.ts';
import { podWarnings } from './scenarios/pod-warnings.ts';
import { ratcheting } from './scenarios/ratcheting.ts';
import { rbacAccess } from './scenarios/rbac-access.ts';
import { rbacAggregation } from './scenarios/rbac-aggregation.ts';
import { rbacImpersonation } from './scenarios/rbac-impersonation.ts';
import { rbacReviews } from './scenarios/rbac-reviews.ts';
import { rbacRoles } from './scenarios/rbac-roles.ts';
import { rbacTokens } from './scenarios/rbac-tokens.ts';
import { ruleDefinitions } from './scenarios/rule-definitions.ts';
import { scales } from './scenarios/scales.ts';
import { selectableFields } from './scenarios/selectable-fields.ts';
import { statuses } from './scenarios/statuses.ts';
import { strategicPatches } from './scenarios/strategic-patches.ts';
import { tables } from './scenarios/tables.ts';
import { timeouts } from './scenarios/timeouts.ts';
import { updates } from './scenarios/updates.ts';
import { validationRules } from './scenarios/validation-rules.ts';
import { versionsOfKinds } from './scenarios/versions.ts';
import { warnings } from './scenarios/warnings.ts';
import { watchResume } from './scenarios/watch-resume.ts';
import { watches } from './scenarios/watches.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  creates,
  updates,
  timeouts,
  patches,
  strategicPatches,
  applies,
  applyConflicts,
  emptied,
  deletes,
  collections,
  lists,
  pages,
  watches,
  watchResume,
  statuses,
  podSecurity,
  podWarnings,
  warnings,
  fieldValidation,
  forms,
  definitions,
  validationRules,
  ruleDefinitions,
  versionsOfKinds,
  selectableFields,
  scales,
  ratcheting,
  namespaces,
  namespacesWithPods,
  owners,
  events,
  tables,
  rbacAccess,
  rbacAggregation,
  rbacImpersonation,
  rbacReviews,
  rbacRoles,
  rbacTokens,
];
