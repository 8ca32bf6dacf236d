import type { FoundServer } from './connect.ts';
import { HOW_TO_NAME_A_SERVER } from './errors.ts';

/** Says where the metrics come from that these phases read; nothing where none does. */
export function tellOfServer(
  found: FoundServer | undefined,
  phases: readonly string[],
  development: boolean,
  logger: { warn(message: string): void; info(fields: object, message: string): void },
): void {
  if (!found) return;
  const who = phases.join(', ');
  if (found.unavailable) logger.warn(`${who}: queries will fail. ${found.unavailable.message}`);
  else
    logger.info(
      { metrics: found.address },
      `metrics are read from ${found.address} (${who})${development ? `. ${HOW_TO_NAME_A_SERVER}` : ''}`,
    );
}
