import type { EvaluatingWorker } from './io.ts';
import { endOfStep, trafficTo } from './traffic.ts';

/**
 * Looks every five seconds at how the canary's requests end, and moves the traffic: a step on once the last one has lasted long enough and
 * enough of them succeed, all of it back as soon as too few do. Where nobody asks the canary, nothing is known of it: it stays as it is.
 */
export const worker: EvaluatingWorker = async ({ rolloutGuard, inputs }) => {
  const { canary, measurementInterval, step, successThreshold } = rolloutGuard.spec;
  const { namespace = 'default' } = rolloutGuard.metadata;
  const { weight = 0, nextStep } = rolloutGuard.status ?? {};
  // A server that cannot be asked is a failure: the runtime tells of it, and tries again.
  const rate = await inputs.metrics.getIstioSuccessRate(namespace, canary, measurementInterval);
  if (rate === undefined) {
    const message = `No requests to ${canary} within ${measurementInterval}.`;
    return { phase: 'Evaluating', status: { weight, nextStep, message } };
  }
  if (rate < successThreshold) {
    return {
      phase: 'RolledBack',
      outputs: { virtualServices: [trafficTo(rolloutGuard, 0)] },
      status: { weight: 0, successRate: rate, message: `Below ${successThreshold} %: all back.` },
    };
  }
  if (nextStep !== undefined && Date.now() < Date.parse(nextStep)) return { phase: 'Evaluating' };
  const next = Math.min(100, weight + step);
  return {
    phase: next === 100 ? 'Promoted' : 'Evaluating',
    outputs: { virtualServices: [trafficTo(rolloutGuard, next)] },
    status: {
      weight: next,
      successRate: rate,
      nextStep: endOfStep(rolloutGuard),
      message: `From ${weight} % to ${next} %.`,
    },
    requeueAfter: measurementInterval,
  };
};
