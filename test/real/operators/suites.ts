import { clusters } from '../../operator/testbed.ts';
import { NOT_HERE } from './not-here.ts';
import { SharedServer } from './servers.ts';
import type { Context, RootHookObject } from 'mocha';
import type { Flags } from '../kubernetes/real-cluster.ts';

/** Longer than on the embedded cluster: a real server is slower, and is taken back to what it was after each test. */
const TIMEOUT_MS = 120_000;

/** Has caches ask for lists by page, and watches begin after them. */
export const PAGED: Flags = { 'feature-gates': 'WatchList=false' };
/** Without it whoever may write an object may give it any owner. */
const STRICT: Flags = { 'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement' };

/** Hooks around all tests of a run, which have the testbed's clusters be one real server with these flags. */
export function suitesOn(flags: Flags): RootHookObject {
  const isPaged = flags === PAGED;
  let server: SharedServer | undefined;
  const without = new Map<string, string[]>();
  return {
    async beforeAll(this: Context) {
      this.timeout(TIMEOUT_MS);
      const started = await SharedServer.start({ ...STRICT, ...flags });
      server = started;
      clusters.open = () => started.open();
    },
    beforeEach(this: Context) {
      const title = this.currentTest?.fullTitle() ?? '';
      const found = NOT_HERE.find(
        ({ titles, paged = false }) => (!paged || isPaged) && titles.some((beginning) => title.startsWith(beginning)),
      );
      if (!found) return;
      without.set(found.reason, [...(without.get(found.reason) ?? []), title]);
      this.skip();
    },
    async afterAll(this: Context) {
      this.timeout(TIMEOUT_MS);
      await server?.stop();
      for (const [reason, titles] of without)
        console.log(`Not on a real server, ${reason}:\n${titles.map((title) => `  ${title}`).join('\n')}`);
    },
  };
}
