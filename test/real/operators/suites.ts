import { clusters } from '../../operator/testbed.ts';
import { NOT_HERE, reasonAgainst } from './not-here.ts';
import { SharedServer } from './servers.ts';
import type { Context, RootHookObject } from 'mocha';
import type { Flags } from '../kubernetes/real-cluster.ts';

/** Longer than on the embedded cluster: a real server is slower, and is taken back to what it was after each test. */
const TIMEOUT_MS = 120_000;

/** Hooks around all tests of a run, which have the testbed's clusters be one real server with these flags. */
export function suitesOn(flags: Flags): RootHookObject {
  let server: SharedServer | undefined;
  const left = new Map<string, string[]>();
  const unused = new Set(Object.keys(NOT_HERE));
  return {
    async beforeAll(this: Context) {
      this.timeout(TIMEOUT_MS);
      const started = await SharedServer.start(flags);
      server = started;
      clusters.open = () => started.open();
    },
    beforeEach(this: Context) {
      const title = this.currentTest?.fullTitle() ?? '';
      const reason = reasonAgainst(title);
      if (reason === undefined) return;
      for (const beginning of unused) if (title.startsWith(beginning)) unused.delete(beginning);
      left.set(reason, [...(left.get(reason) ?? []), title]);
      this.skip();
    },
    async afterAll(this: Context) {
      this.timeout(TIMEOUT_MS);
      await server?.stop();
      for (const [reason, titles] of left)
        console.log(`not here, ${reason}:\n${titles.map((title) => `  ${title}`).join('\n')}`);
    },
  };
}
