// The linter must fail here; scripts/lint.ts checks that it does.
import { start, type OperatorDefinition } from 'autopilot-runtime';

export function forgetful(operator: OperatorDefinition): void {
  start(operator);
}
