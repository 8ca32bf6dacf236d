import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { startCluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { addDeployCommands, DEPLOY_FLAGS, longFlags } from '../../cli/deploy/commands.ts';
import { isManifest } from '../../cli/deploy/manifest.ts';
import { addLogs } from '../../cli/logs/command.ts';
import { addStatus } from '../../cli/status/command.ts';
import { normalizeFlags } from '../../cli/flags.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { lived } from './lived.fixture.ts';
import { Operations } from './operations.fixture.ts';

const DOCS = join(import.meta.dirname, '../../docs/deploy.md');
const KUBECTLS = findKubectls().slice(0, 1);

const isEvent = (line: string): boolean => line.startsWith('  Failed: ');

/** What is waited for depends on how long that takes, pods get a new name each time, and events of one second have no order. */
function comparable(text: string): readonly string[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^(waiting until|Deployment \S+: |pod )/.test(line))
    .map((line) => line.replaceAll(/autoroute-operator-[0-9a-z]{6,10}-[0-9a-z]{5}/g, 'autoroute-operator-…'))
    .map((line) => line.replace(/, \d+ times\)$/, ')'))
    .map((line) =>
      line
        .replace(/^\d\d:\d\d:\d\d  [0-9a-z]{5}  /, 'time pod ')
        .replaceAll(/\b\d+s\b/g, '…s')
        .replaceAll(/ {2,}/g, '  '),
    );
  return [...lines.filter((line) => !isEvent(line)), ...lines.filter(isEvent).toSorted((a, b) => a.localeCompare(b))];
}

/** With UPDATE_DOCS=1 the page is written anew. */
for (const kubectl of KUBECTLS)
  describe('docs/deploy.md', () => {
    it('shows what the commands print', async () => {
      await using cluster = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 20 } });
      const operations = await Operations.create({
        kubectl: kubectl.program,
        kubeconfig: await cluster.writeKubeconfig(),
      });
      const run = async (line: string): Promise<string> => {
        const [program = '', ...words] = line.split(' ');
        if (program === 'kubectl') {
          const object: unknown = load(await readFile(join(operations.folder, words.at(-1) ?? ''), 'utf8'));
          assert.ok(isManifest(object));
          await cluster.apply({ ...object, metadata: { ...object.metadata, namespace: 'default' } });
          return `${object.kind.toLowerCase()}.examples.io/${object.metadata.name} created\n`;
        }
        const environment = operations.environment();
        const command = new Command('ap').exitOverride();
        for (const add of [addDeployCommands, addLogs, addStatus])
          add(
            command,
            () => undefined,
            () => environment,
          );
        const end = words[0] === 'status' || words[0] === 'logs' ? await lived(cluster, words[0]) : undefined;
        await command.parseAsync(normalizeFlags(longFlags(words), new Set(DEPLOY_FLAGS)), { from: 'user' });
        await end?.();
        return environment.terminal;
      };
      const page = await readFile(DOCS, 'utf8');
      let written = page;
      for (const [block, content = ''] of page.matchAll(/```console\n([^]*?)```/g)) {
        let played = '';
        for (const [line] of content.matchAll(/^\$ .*$/gm)) played += `${line}\n${await run(line.slice(2))}`;
        written = written.replace(
          block,
          `\`\`\`console\n${played.replaceAll('autopilot-devcluster', 'staging')}\`\`\``,
        );
      }
      await operations.remove();
      if (process.env['UPDATE_DOCS']) await writeFile(DOCS, written);
      else assert.deepEqual(comparable(page), comparable(written));
    });
  }).timeout(60_000);
