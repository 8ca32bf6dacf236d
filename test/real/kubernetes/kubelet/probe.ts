import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** Quicker than kubelet, whose shortest is a second: tests wait for it. */
const PERIOD = 200;

/** Asks again and again, until the address answers as wanted (well, or not), or it is of no interest any more. */
export async function untilProbed(url: string, wanted: boolean, isOver: () => boolean): Promise<'probed' | 'over'> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 0 });
  try {
    for (; !isOver(); await sleep(PERIOD)) {
      const well = await request(url, { dispatcher, headersTimeout: 2000 }).then(
        async ({ statusCode, body }) => (await body.dump(), statusCode >= 200 && statusCode < 400),
        () => false,
      );
      if (well === wanted && !isOver()) return 'probed';
    }
    return 'over';
  } finally {
    await dispatcher.close();
  }
}
