import { textAt } from '../cluster/fields.ts';
import type { LogLine } from './log-line.ts';

export interface LogFilter {
  /** Keys, or names in whatever namespace; none: all. */
  readonly resources: readonly string[];
  /** None: all. */
  readonly phases: readonly string[];
}

/** Which lines are wanted. What is no JSON, or about no resource, is wanted only where nothing is chosen. */
export function filterOf({ resources, phases }: LogFilter): (line: LogLine) => boolean {
  return ({ fields }) => {
    const resource = textAt(fields, 'resource');
    const name = resource.slice(resource.indexOf('/') + 1);
    const isOfResource =
      resources.length === 0 || (resource !== '' && resources.some((r) => r === resource || r === name));
    return isOfResource && (phases.length === 0 || phases.includes(textAt(fields, 'phase')));
  };
}
