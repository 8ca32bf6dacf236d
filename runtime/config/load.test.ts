import assert from 'node:assert/strict';
import { AutopilotError } from '../errors.ts';
import { loadConfig, unknownVariables } from './load.ts';

const problemsOf = (text: string | undefined, env: NodeJS.ProcessEnv = {}): string => {
  try {
    loadConfig(text, 'autopilot-operator.yaml', env);
  } catch (error) {
    assert.ok(error instanceof AutopilotError);
    assert.equal(error.code, 'ERR_AP_CONFIG');
    return error.message;
  }
  return assert.fail('it was accepted');
};

describe('autopilot-operator.yaml at run time', () => {
  it('has a default for every key', () => {
    assert.deepEqual(loadConfig(undefined, 'x', {}), {
      version: '0.0.1',
      meshProvider: 'Istio',
      controlPlaneNs: 'istio-system',
      workInterval: undefined,
      metricsAddr: ':9091',
      metricsSecure: false,
      metricsCertDir: '',
      healthAddr: ':8081',
      profilingAddr: '',
      enableLeaderElection: true,
      leaderElectionNamespace: '',
      watchNamespace: '',
      logLevel: 'Info',
      logFormat: undefined,
      concurrency: 20,
      config: {},
    });
  });

  it('reads every field of 2019, enums by number and by name', () => {
    const file = [
      'version: 1.2.3',
      'meshProvider: 1',
      'controlPlaneNs: mesh',
      'workInterval: 1m30s',
      'metricsAddr: ""',
      'enableLeaderElection: false',
      'leaderElectionNamespace: leaders',
      'watchNamespace: apps',
      'logLevel: 0',
    ].join('\n');
    const config = loadConfig(file, 'x', {});
    assert.equal(config.version, '1.2.3');
    assert.equal(config.meshProvider, 'Custom');
    assert.equal(config.controlPlaneNs, 'mesh');
    assert.equal(config.workInterval, 90_000);
    assert.equal(config.metricsAddr, '');
    assert.equal(config.enableLeaderElection, false);
    assert.equal(config.leaderElectionNamespace, 'leaders');
    assert.equal(config.watchNamespace, 'apps');
    assert.equal(config.logLevel, 'Debug');
    assert.equal(loadConfig('logLevel: warn', 'x', {}).logLevel, 'Warn');
  });

  it('lets the environment beat the file', () => {
    const config = loadConfig('watchNamespace: file\nconcurrency: 3\nlogLevel: Error', 'x', {
      WATCH_NAMESPACE: 'environment',
      AUTOPILOT_CONCURRENCY: '7',
      AUTOPILOT_LOG_LEVEL: 'debug',
      AUTOPILOT_ENABLE_LEADER_ELECTION: 'false',
    });
    assert.deepEqual(
      [config.watchNamespace, config.concurrency, config.logLevel, config.enableLeaderElection],
      ['environment', 7, 'Debug', false],
    );
  });

  it('names all problems at once', () => {
    const message = problemsOf(
      'concurency: 5\nconstructor: 5\nconcurrency: 0\nworkInterval: soon\nlogLevel: 9\nenableLeaderElection: "no"',
    );
    for (const part of [
      'concurency: there is no such key',
      'constructor: there is no such key',
      'concurrency: 0',
      'workInterval: "soon"',
      'logLevel: 9',
      'enableLeaderElection: "no"',
    ]) {
      assert.ok(message.includes(part), `${part} in ${message}`);
    }
  });

  it('says which variable of the environment is wrong', () => {
    assert.match(
      problemsOf(undefined, { AUTOPILOT_CONCURRENCY: 'many' }),
      /concurrency \(\$AUTOPILOT_CONCURRENCY\): "many"/,
    );
  });

  it('refuses what can name no namespace, a list of them above all', () => {
    assert.match(
      problemsOf('leaderElectionNamespace: "-a"\ncontrolPlaneNs: ""', { WATCH_NAMESPACE: 'a,b' }),
      /controlPlaneNs: "" is no name.*\n.*leaderElectionNamespace: "-a" is no.*\n.*watchNamespace \(\$WATCH_NAMESPACE\): "a,b" is no name of a namespace/,
    );
    assert.equal(loadConfig(undefined, 'x', { WATCH_NAMESPACE: '' }).watchNamespace, '');
  });

  it('knows which variables of the environment only look like its own', () => {
    const problems = unknownVariables({
      AUTOPILOT_LOG_LVL: 'debug',
      AUTOPILOT_WATCH_NAMESPACE: 'a',
      AUTOPILOT_LOG_LEVEL: 'debug',
      AUTOPILOT_DEV: '1',
      AUTOPILOT_CONFIG: 'x',
      AUTOPILOT_DOCS_SERVICE_HOST: '10.0.0.1',
      AUTOPILOT_DOCS_PORT_80_TCP: 'tcp://10.0.0.1:80',
      PATH: '/bin',
    });
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      ['$AUTOPILOT_LOG_LVL is ignored', '$AUTOPILOT_WATCH_NAMESPACE is ignored'],
    );
    assert.match(problems[0] ?? '', /There are: .*WATCH_NAMESPACE, AUTOPILOT_LOG_LEVEL.*AUTOPILOT_DEV/);
  });

  it('refuses what is no mapping, and no YAML', () => {
    assert.match(problemsOf('- a'), /no mapping/);
    assert.match(problemsOf('a: [b'), /no YAML/);
  });

  it('refuses settings of the user, which this version does not hand on', () => {
    assert.match(problemsOf('config: [1]'), /config: \[1\] is no mapping of keys to values/);
    assert.deepEqual(loadConfig('config: { a: { b: 1 } }', 'f', {}).config, { a: { b: 1 } });
    assert.doesNotThrow(() => loadConfig('config: {}', 'x', {}));
  });
});
