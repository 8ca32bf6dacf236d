import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { prometheusRule } from '../../../project/manifests/monitoring/prometheus-rule.ts';
import { AUTOROUTE, project } from '../../../project/manifests/projects.fixture.test.ts';
import { deploymentOf } from '../../../project/manifests/settings.ts';
import { findPrometheus } from '../prometheus/program.ts';
import { ALERT_CASES, type AlertCase } from './alert-cases.ts';

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const JOB = 'autoroute-operator-metrics';

describe('alerts, on promtool', function () {
  this.timeout(600_000);
  const of = project(AUTOROUTE);
  const { spec } = load(prometheusRule(of, deploymentOf(of, {}))) as {
    readonly spec: { readonly groups: readonly [{ readonly rules: readonly Rule[] }] };
  };
  const { rules } = spec.groups[0];
  let folder: string;
  let promtool: string;

  before(async function () {
    const program = findPrometheus((line) => console.log(line));
    if (program === undefined) this.skip();
    promtool = join(dirname(program), 'promtool');
    folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    // JSON is YAML.
    await writeFile(join(folder, 'rules.yaml'), JSON.stringify(spec));
  });
  after(() => rm(folder, { recursive: true }));

  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
    if (error) throw error;
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  };

  /** A text of an alert as Prometheus writes it for these labels and this value. */
  const written = (text: string, labels: Readonly<Record<string, string>>, value = ''): string =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
      .replaceAll(/\{\{ \$value(?: \| \w+)? \}\}/g, value);

  const testOf = ({ alert, labels, annotations }: Rule, { series, at }: AlertCase): object => ({
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({
      series: name.replace('{', `{job="${JOB}",`),
      values,
    })),
    alert_rule_test: Object.entries(at).map(([eval_time, firing]) => ({
      eval_time,
      alertname: alert,
      exp_alerts: firing.map(({ labels: own, value }) => ({
        exp_labels: { ...labels, ...own },
        exp_annotations: Object.fromEntries(
          Object.entries(annotations).map(([name, text]) => [name, written(text, own, value)]),
        ),
      })),
    })),
  });

  const isPassed = async (rule: Rule, ...cases: readonly AlertCase[]): Promise<void> => {
    const file = join(folder, `${rule.alert}.yaml`);
    const tests = cases.map((each) => testOf(rule, each));
    await writeFile(file, JSON.stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
    assert.match(run('test', 'rules', file), /SUCCESS/);
  };

  it('are rules that Prometheus takes, with texts that it can write', () => {
    assert.match(
      run('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml'),
      new RegExp(`SUCCESS: ${rules.length} rules`),
    );
  });

  it('have each a case in which they fire', () => {
    assert.deepEqual(
      Object.keys(ALERT_CASES),
      rules.map(({ alert }) => alert),
    );
    for (const [alert, cases] of Object.entries(ALERT_CASES))
      assert.ok(
        cases.some(({ at }) => Object.values(at).some((firing) => firing.length > 0)),
        alert,
      );
  });

  for (const rule of rules) {
    for (const each of ALERT_CASES[rule.alert] ?? []) {
      it(`${rule.alert}: ${each.what}`, () => isPassed(rule, each));
    }
  }

  it('would fail here if one did not fire, or fired for another operator', async () => {
    const rule = rules.find(({ alert }) => alert === 'AutopilotConfigRefused') ?? assert.fail();
    const [refused] = ALERT_CASES[rule.alert] ?? [];
    const { series = {}, at = {} } = refused ?? {};
    await assert.rejects(isPassed(rule, { what: '', series: {}, at }), /FAILED/);
    const others = Object.fromEntries(
      Object.entries(series).map(([name, values]) => [name.replace('{', '{job="other",'), values]),
    );
    const [, [late]] = [Object.keys(at), Object.keys(at).slice(-1)];
    const test = {
      interval: '1m',
      input_series: Object.entries(others).map(([name, values]) => ({ series: name, values })),
    };
    const silent = { eval_time: late, alertname: rule.alert, exp_alerts: [] };
    await writeFile(
      join(folder, 'others.yaml'),
      JSON.stringify({ rule_files: ['rules.yaml'], tests: [{ ...test, alert_rule_test: [silent] }] }),
    );
    assert.match(run('test', 'rules', 'others.yaml'), /SUCCESS/);
  });
});
