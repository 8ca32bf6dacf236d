import { errors } from '../errors.ts';

/** How long a lease holds, and how it is kept. Milliseconds. Source of names and defaults: client-go's leaderelection. */
export interface LeaseTimes {
  /** So long after its last renewal, as seen by those who wait, it is theirs to take. Whole seconds. Default 15 s. */
  readonly leaseDuration: number;
  /** So long after the last renewal that succeeded was sent, nothing is sent any more. Default 10 s. */
  readonly renewDeadline: number;
  /** Pause between two renewals, and before another try to acquire. Default 2 s. */
  readonly retryPeriod: number;
}

export const LEASE_TIMES: LeaseTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 };

/** How much longer than the retry period a pause may be at random, so that replicas do not all come at once. As client-go. */
export const JITTER = 1.2;

/** Throws ERR_AP_LEASE_TIMES where they do not go together. */
export function checkLeaseTimes({ leaseDuration, renewDeadline, retryPeriod }: LeaseTimes): void {
  if (!Number.isInteger(leaseDuration / 1000) || leaseDuration < 1000)
    throw errors.leaseTimes(`leaseDuration is ${leaseDuration} ms, and a lease tells whole seconds, 1 at least.`);
  if (leaseDuration <= renewDeadline)
    throw errors.leaseTimes(
      `leaseDuration (${leaseDuration} ms) has to be longer than renewDeadline (${renewDeadline} ms): another would take over while requests still start.`,
    );
  if (retryPeriod < 1 || renewDeadline <= retryPeriod * JITTER)
    throw errors.leaseTimes(
      `renewDeadline (${renewDeadline} ms) has to be longer than ${JITTER} times retryPeriod (${retryPeriod} ms, 1 at least): no renewal would come in time.`,
    );
}
