// `npm run bench`: what the operator of `flow-operator/` costs, beside operators of other frameworks that do the same.
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPrograms, KUBERNETES_VERSION } from '../test/real/kubernetes/programs.ts';
import { measureFlows, type FlowsResult } from './flows.ts';
import { build, OPERATORS, type OperatorName } from './programs.ts';
import { flowsTable } from './report.ts';

const HELP = `npm run bench [-- options]

Starts a real kube-apiserver for each run, lets an operator bring so many resources to their final phase, restarts it over them, and
prints medians and ratios as a table. \`npm run build\` comes first. Without options: 10 and 1,000 resources, about 6 minutes.

  --n 10,1000     how many resources; 10000 takes about 10 minutes a repetition
  --repeat 3      repetitions; in each one every operator has its turn
  --peer NAMES    beside whom: ${Object.keys(OPERATORS).slice(1).join(', ')};
                  none: '' (default: controller-runtime, which is it at its best concurrency, 50)
  --json FILE     all that was measured
  --help
`;

const { values: options } = parseArgs({
  options: {
    n: { type: 'string', default: '10,1000' },
    repeat: { type: 'string', default: '3' },
    peer: { type: 'string', default: 'controller-runtime' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name);
}

function numbers(option: 'n' | 'repeat'): readonly number[] {
  const given = options[option].split(',').map(Number);
  if (given.every((number) => Number.isSafeInteger(number) && number > 0)) return given;
  throw new Error(`--${option} ${options[option]}: whole numbers from 1 on are wanted.`);
}

function operators(): readonly OperatorName[] {
  const peers = options.peer.split(',').filter((name) => name !== '');
  return ['autopilot' as const, ...peers].map((name) => {
    if (isOperator(name)) return name;
    throw new Error(`--peer ${name}: there are ${Object.keys(OPERATORS).slice(1).join(', ')}.`);
  });
}

function tell(line: string): void {
  console.error(line);
}

async function main(): Promise<void> {
  const [names, sizes, [repeat = 1]] = [operators(), numbers('n'), numbers('repeat')];
  await buildPrograms(tell);
  build(names, tell);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}; Node ${process.versions.node}, kube-apiserver ${KUBERNETES_VERSION}`;
  console.log(`${machine}\n`);
  const measured: Record<string, Record<string, FlowsResult[]>> = {};
  for (const n of sizes) {
    const results: Record<string, FlowsResult[]> = Object.fromEntries(names.map((name) => [name, []]));
    measured[n] = results;
    for (let turn = 1; turn <= repeat; turn += 1) {
      for (const name of names) {
        const result = await measureFlows(name, n);
        results[name]?.push(result);
        tell(
          `${turn}/${repeat} ${name}, ${n}: ${result.wall.toFixed(1)} s, ${result.cpu.toFixed(2)} s of CPU, ${result.memory.toFixed(0)} MiB, ${result.writesEach} writes each`,
        );
      }
    }
    console.log(`${flowsTable(n, results)}\n`);
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ machine, flows: measured }, undefined, 2)}\n`);
  }
}

if (options.help) console.log(HELP);
else await main();
