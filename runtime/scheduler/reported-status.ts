import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../kube/types.ts';
import { OWN_STATUS } from './result.ts';
import { statusOf } from './status.ts';

type Reported = Readonly<Record<string, unknown>>;

/**
 * What a resource's worker reported last, and what the server made of it: it drops what the schema does not have. Without this memory,
 * what was dropped would look as if it had to be written again, by every run.
 */
export class ReportedStatus {
  #last: { readonly sent: Reported; readonly kept: Reported } | undefined;

  /** Whether the server has made of this report just what the resource shows. */
  isThere(report: Reported, resource: KubernetesObject): boolean {
    return (
      this.#last !== undefined &&
      isDeepStrictEqual(report, this.#last.sent) &&
      isDeepStrictEqual(reportedBy(resource), this.#last.kept)
    );
  }

  /** Remembers the answer to a report; returns the paths of what the server dropped, as `status.a.b`. */
  answered(report: Reported, answer: KubernetesObject): readonly string[] {
    const kept = reportedBy(answer);
    this.#last = { sent: report, kept };
    return droppedFrom(report, kept, 'status');
  }
}

function reportedBy(resource: KubernetesObject): Reported {
  return Object.fromEntries(Object.entries(statusOf(resource) ?? {}).filter(([name]) => !OWN_STATUS.has(name)));
}

/** Nulls do not count: dropped or not, they say the same. */
function droppedFrom(sent: unknown, kept: unknown, path: string): readonly string[] {
  if (sent === null || sent === undefined) return [];
  if (kept === undefined) return [path];
  if (typeof sent !== 'object' || typeof kept !== 'object' || kept === null) return [];
  const found = new Map<string, unknown>(Object.entries(kept));
  return Object.entries(sent).flatMap(([name, value]) =>
    droppedFrom(value, found.get(name), Array.isArray(sent) ? `${path}[${name}]` : `${path}.${name}`),
  );
}
