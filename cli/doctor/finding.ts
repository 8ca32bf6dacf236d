/** What one check found. `skip`: it could not be looked at, for a reason that another finding names. */
export interface Finding {
  /** `cluster`, `your rights` … */
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message });
export const skip = (check: string, message: string): Finding => ({ check, status: 'skip', message });
export const warn = (check: string, message: string, remedy: string): Finding => ({
  check,
  status: 'warn',
  message,
  remedy,
});
export const fail = (check: string, message: string, remedy: string): Finding => ({
  check,
  status: 'fail',
  message,
  remedy,
});

const WIDTH = 20;

/** A line for each finding, and one for what to do. */
export function findingText({ check, status, message, remedy }: Finding): readonly string[] {
  const lines = [`${status.padEnd(5)} ${check.padEnd(WIDTH)} ${message}`];
  return remedy === undefined ? lines : [...lines, `${' '.repeat(6 + WIDTH)} → ${remedy}`];
}
