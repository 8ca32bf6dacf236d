import { run } from 'autopilot-runtime';
import { operator } from './operator.ts';

// Reads autopilot-operator.yaml and the environment, and works until SIGTERM or SIGINT.
await run(operator);
