import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTOROUTE, project } from '../projects.fixture.test.ts';
import { alertsOf } from './alerts.ts';
import { dashboard } from './dashboard.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/observation.md'), 'utf8');

/** Metrics with their labels, as docs/observation.md has them, which is compared with what an operator serves. */
const DOCUMENTED: ReadonlyMap<string, { readonly type: string; readonly labels: readonly string[] }> = new Map(
  [...PAGE.matchAll(/^\| `([a-z0-9_]+)`\s*\| (\w+)\s*\| ([\w, ]*?)\s*\| \S/gm)].map(
    ([, name = '', type = '', labels = '']) => [name, { type, labels: labels.split(', ').filter(Boolean) }],
  ),
);
/** What Prometheus itself has, and gives to all series of a target. */
const OF_PROMETHEUS = new Set(['up']);
const OF_TARGET = ['job', 'namespace', 'pod'];

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly refId: string }[];
}
const board = JSON.parse(dashboard(project(AUTOROUTE))) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
};
const queries = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** The series that a query asks for: each metric with a selector of labels. */
function seriesIn(query: string): readonly { readonly metric: string; readonly selector: string }[] {
  return [...query.matchAll(/([a-z_]+)\{([^}]*)\}/g)].map(([, metric = '', selector = '']) => ({ metric, selector }));
}

describe('alerts and the dashboard', () => {
  const alerts = alertsOf('autoroute-operator', 'autoroute-operator-metrics');

  it('ask for metrics that an operator has, by labels that these have, and for none of another job', () => {
    for (const query of [...alerts.map(({ expr }) => expr), ...queries]) {
      const series = seriesIn(query);
      assert.ok(series.length > 0, query);
      const known = series.flatMap(({ metric, selector }) => {
        assert.match(selector, /^job="autoroute-operator-metrics"(,|$)/, query);
        const found = DOCUMENTED.get(metric) ?? DOCUMENTED.get(metric.replace(/_(bucket|sum|count)$/, ''));
        assert.ok(found ?? OF_PROMETHEUS.has(metric), `${metric} in ${query}`);
        return found?.labels ?? [];
      });
      const asked = [...query.matchAll(/\bby \(([^)]*)\)|[{,](\w+)(?==~?")/g)].flatMap(([, by, label]) =>
        by === undefined ? [label ?? ''] : by.split(', '),
      );
      for (const label of asked) assert.ok([...known, ...OF_TARGET, 'le'].includes(label), `${label} in ${query}`);
    }
  });

  it('have names of their own, say what is wrong and what to do, and name what the query knows', () => {
    assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
    for (const { alert, expr, summary, description, ...rest } of alerts) {
      assert.match(alert, /^Autopilot[A-Z]/);
      assert.match(rest.for, /^\d+m$/);
      assert.ok(summary.length > 20 && description.length > 20, alert);
      for (const [, label = ''] of `${summary}${description}`.matchAll(/\$labels\.(\w+)/g))
        assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), `${alert} shows ${label}`);
    }
  });

  it('are listed in docs/observation.md, with their severity', () => {
    const listed = [...PAGE.matchAll(/^\| (Autopilot\w+)\s*\| (\w+)\s*\|/gm)].map(([, name, severity]) => [
      name,
      severity,
    ]);
    assert.deepEqual(
      listed,
      alerts.map(({ alert, severity }) => [alert, severity]),
    );
  });

  it('are about one operator, whose namespaces can be chosen', () => {
    for (const query of queries) assert.match(query, /namespace=~"\$namespace"/);
    assert.ok(board.templating.list.some(({ query }) => query.includes('label_values(autopilot_operator_info{')));
  });

  it('fill the width of the page, and cover nothing of each other', () => {
    const taken = new Set<string>();
    for (const { title, gridPos, targets } of board.panels) {
      const { x, y, w, h } = gridPos;
      assert.ok(x + w <= 24, title);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
      for (let column = x; column < x + w; column += 1)
        for (let row = y; row < y + h; row += 1) {
          const cell = `${column} ${row}`;
          assert.ok(!taken.has(cell), `${title} covers ${cell}`);
          taken.add(cell);
        }
    }
    const height = Math.max(...board.panels.map(({ gridPos: { y, h } }) => y + h));
    assert.equal(taken.size, 24 * height, 'nothing is left empty');
  });
});
