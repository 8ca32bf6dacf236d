/**
 * Records what kubebuilder's Grafana dashboards ask of Prometheus, from the plugin that scaffolds them: `node
 * test/real/controller-runtime/record-dashboards.ts`. Needs Go and the network.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MODULE = 'sigs.k8s.io/kubebuilder/v4@v4.16.0';
const TEMPLATES = 'pkg/plugins/optional/grafana/v1alpha/scaffolds/internal/templates';
const RECORDED = join(import.meta.dirname, 'recorded-dashboards.json');

const { Dir: folder } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8' })) as {
  readonly Dir: string;
};
const dashboards = Object.fromEntries(
  readdirSync(join(folder, TEMPLATES))
    .filter((name) => name.endsWith('.go'))
    .map((name) => {
      const source = readFileSync(join(folder, TEMPLATES, name), 'utf8');
      const all = [...source.matchAll(/"(?:expr|definition)": ("(?:[^"\\]|\\.)*")/g)];
      const queries = all.map(([, query = '""']) => JSON.parse(query) as string);
      // What the user's own dashboard asks is filled in later.
      return [name.replace(/\.go$/, ''), [...new Set(queries)].filter((query) => !query.includes('{{')).toSorted()];
    })
    .filter(([, queries]) => queries !== undefined && queries.length > 0),
) as Readonly<Record<string, readonly string[]>>;
writeFileSync(RECORDED, `${JSON.stringify({ module: MODULE, dashboards }, undefined, 2)}\n`);
