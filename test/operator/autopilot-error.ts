import { AutopilotError } from 'autopilot-runtime';

/** Whether it is an error of the runtime's with this code. */
export function isAutopilotError(error: unknown, code: string): error is AutopilotError {
  return error instanceof AutopilotError && error.code === code;
}
