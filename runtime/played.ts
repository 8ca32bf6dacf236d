import type { OperatorDefinition } from './operator.ts';

/** Takes what a project's own code would start, in a process that plays operators and writes nothing. */
type Take = (operator: OperatorDefinition) => void;

let take: Take | undefined;

/** From now on no operator is started in this process: each is given to `taking` instead. */
export function takeInstead(taking: Take): void {
  take = taking;
}

/** Whether the operator is not to be started, since it was taken. */
export function isTaken(operator: OperatorDefinition): boolean {
  take?.(operator);
  return take !== undefined;
}
