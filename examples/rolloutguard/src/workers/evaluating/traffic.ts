import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Desired, Frozen } from 'autopilot-runtime';
import type { RolloutGuard } from '../../api/rolloutguards/v1/types.ts';

/** The host's traffic, so many percent of it to the canary and the rest to the stable workload. */
export function trafficTo(
  { metadata, spec }: Frozen<RolloutGuard>,
  weight: number,
): Desired<IVirtualService> {
  return {
    metadata: { name: metadata.name },
    spec: {
      hosts: [spec.host],
      http: [
        {
          route: [
            { destination: { host: spec.stable }, weight: 100 - weight },
            { destination: { host: spec.canary }, weight },
          ],
        },
      ],
    },
  };
}

const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000 };

/** When a step that begins now may be followed by the next. */
export function endOfStep({ spec }: Frozen<RolloutGuard>): string {
  const [, count, unit] = /^(\d+)([smh])$/.exec(spec.measurementInterval) ?? [];
  const length = unit === 's' || unit === 'm' || unit === 'h' ? MILLISECONDS[unit] : 0;
  return new Date(Date.now() + Number(count ?? 0) * length).toISOString();
}
