import { endOfStep, trafficTo } from '../evaluating/traffic.ts';
import type { StartingWorker } from './io.ts';

/** Gives the canary its first step of the traffic: without any, there would be nothing to measure. */
export const worker: StartingWorker = ({ rolloutGuard }) => {
  const { step } = rolloutGuard.spec;
  return {
    phase: 'Evaluating',
    outputs: { virtualServices: [trafficTo(rolloutGuard, step)] },
    status: {
      weight: step,
      nextStep: endOfStep(rolloutGuard),
      message: `The canary begins with ${step} %.`,
    },
  };
};
