// `npm run soak`: an operator in a process of its own under steady churn, and how what it holds changes with time. Needs no Go, unless `--real`.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCluster, startProxy } from 'autopilot-devcluster';
import { NODE_FLAGS } from '../../project/code/dockerfile.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect } from '../../runtime/kube/transport.ts';
import { routeCrd } from '../operator/testbed.ts';
import { buildPrograms } from '../real/kubernetes/programs.ts';
import { RealCluster } from '../real/kubernetes/real-cluster.ts';
import { Churn } from './churn.ts';
import { slopeOf } from './slope.ts';
import type { Held, Order } from './messages.ts';

const USAGE = `npm run soak -- [--minutes=10] [--rate=20] [--resources=200] [--resets=15] [--real]

  --minutes    how long, the first fifth of which is left out of the slopes: what warms up then
  --rate       how many writes of resources a second
  --resources  how many there are at a time, of which ever others are deleted and made
  --resets     seconds between two resets of all connections
  --real       on a real Kubernetes instead of the embedded cluster (Go, 10 minutes the first time)
`;
const MEASURE_EVERY_MS = 5000;
const MIB = 1024 * 1024;
const HOUR_S = 3600;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20' },
    resources: { type: 'string', default: '200' },
    resets: { type: 'string', default: '15' },
    real: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [minutes, rate, resources, resets] = [values.minutes, values.rate, values.resources, values.resets].map(Number);
if (
  values.help ||
  !minutes ||
  !rate ||
  !resources ||
  !resets ||
  [minutes, rate, resources, resets].some((n) => !(n > 0))
) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 1);
}

interface Place {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

async function embedded(): Promise<Place> {
  const cluster = await startCluster({ crds: [] });
  await cluster.installCrd(routeCrd);
  return cluster;
}

async function real(): Promise<Place> {
  await buildPrograms((line) => console.error(line));
  const cluster = await RealCluster.start({ controllerManager: true });
  return { kubeconfig: await readFile(cluster.kubeconfig, 'utf8'), stop: () => cluster.stop() };
}

function clientOf(kubeconfig: string): KubeClient {
  const access = fromKubeconfig(kubeconfig, systemClock);
  return new KubeClient({
    transport: connect(access),
    credentials: access.credentials,
    fieldManager: 'soak',
    userAgent: 'soak',
    clock: systemClock,
  });
}

async function ask(child: ChildProcess): Promise<Held> {
  const answer = once(child, 'message');
  tell(child, 'measure');
  const [held] = (await answer) as [Held];
  return held;
}

function tell(child: ChildProcess, order: Order): void {
  child.send(order);
}

const place = await (values.real ? real() : embedded());
const churn = new Churn(clientOf(place.kubeconfig), resources);
if (values.real) await churn.installCrd(routeCrd);
const proxy = await startProxy(place.kubeconfig);
const child = fork(join(import.meta.dirname, 'operator.ts'), {
  execArgv: [
    '--conditions=autopilot-source',
    '--disable-warning=ExperimentalWarning',
    '--expose-gc',
    // What a large young generation keeps would hide a slope of the resident memory.
    ...NODE_FLAGS,
  ],
  env: { ...process.env, SOAK_KUBECONFIG: proxy.kubeconfig },
});
const died = once(child, 'exit').then(([code]) => {
  throw new Error(`The operator ended by itself, with exit code ${String(code)}.`);
});
died.catch(() => undefined);

const measured: { readonly seconds: number; readonly held: Held }[] = [];
try {
  await Promise.race([once(child, 'message'), died]);
  await churn.fill();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let [lastMeasure, lastReset, hits] = [0, 0, 0];
  while (seconds() < minutes * 60) {
    // As many as are due by now: a slow machine makes up for it, as far as it can.
    const isDue = (): boolean => churn.writes < seconds() * rate && seconds() - lastMeasure < MEASURE_EVERY_MS / 1000;
    while (isDue()) await Promise.race([churn.write(), died]);
    if (seconds() - lastReset >= resets) {
      lastReset = seconds();
      hits += proxy.resetAll();
    }
    if (seconds() - lastMeasure >= MEASURE_EVERY_MS / 1000) {
      lastMeasure = seconds();
      const held = await Promise.race([ask(child), died]);
      measured.push({ seconds: seconds(), held });
      const { heapUsed, rss, handles, timers, syncs } = held;
      console.log(
        `${seconds().toFixed(0).padStart(5)} s  heap ${mib(heapUsed)}  rss ${mib(rss)}  handles ${handles}  timers ${timers}  syncs ${syncs}  writes ${churn.writes}`,
      );
    }
    await sleep(20);
  }
  const wrong = await churn.settled();
  report(hits, wrong);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  const ended = once(child, 'exit');
  if (child.connected) {
    tell(child, 'stop');
    await ended;
  }
  await proxy.close();
  await place.stop();
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function report(hits: number, wrong: readonly string[]): void {
  const warm = measured.filter(({ seconds }) => seconds > ((minutes ?? 0) * 60) / 5);
  const line = (name: string, unit: string, of: (held: Held) => number): void => {
    const { slope, confidence } = slopeOf(warm.map(({ seconds, held }) => ({ x: seconds / HOUR_S, y: of(held) })));
    const [first, last] = [warm[0], warm.at(-1)].map((each) => (each ? of(each.held) : 0));
    console.log(
      `${name.padEnd(10)} ${first?.toFixed(1)} → ${last?.toFixed(1)} ${unit}, ${slope.toFixed(1)} ± ${confidence.toFixed(1)} ${unit}/h (95 %)`,
    );
  };
  console.log(`\n${churn.writes} writes, ${hits} connections reset, ${warm.length} measurements after the first fifth`);
  line('heap used', 'MiB', ({ heapUsed }) => heapUsed / MIB);
  line('external', 'MiB', ({ external }) => external / MIB);
  line('rss', 'MiB', ({ rss }) => rss / MIB);
  line('handles', '', ({ handles }) => handles);
  line('timers', '', ({ timers }) => timers);
  console.log(
    wrong.length === 0
      ? 'All resources ended as they had to.'
      : `These did not end as they had to:\n${wrong.join('\n')}`,
  );
}
