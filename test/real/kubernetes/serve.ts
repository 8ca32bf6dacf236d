// `npm run kubernetes`: a real Kubernetes for a contributor's own look, until Ctrl-C. Prints the path of its kubeconfig.
// `--without-controllers` starts no controller manager: recordings of writes want nobody else who writes.
import { parseArgs } from 'node:util';
import { buildPrograms } from './programs.ts';
import { RealCluster } from './real-cluster.ts';

const { values: options } = parseArgs({ options: { 'without-controllers': { type: 'boolean', default: false } } });
await buildPrograms((line) => console.error(line));
// From before the start on: a signal during it must not leave behind what has been started.
const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
});
const cluster = await RealCluster.start({ controllerManager: !options['without-controllers'] });
console.log(cluster.kubeconfig);
await ended;
await cluster.stop();
