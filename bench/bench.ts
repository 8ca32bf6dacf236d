// `npm run bench`: what the operator of `flow-operator/` costs, beside operators of other frameworks that do the same.
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPrograms, KUBERNETES_VERSION } from '../test/real/kubernetes/programs.ts';
import { measureFlows, type FlowsResult } from './flows.ts';
import { build, OPERATORS, type OperatorName } from './programs.ts';
import { inputsTable, measureInputs, type InputsResult } from './inputs.ts';
import { flowsTable } from './report.ts';
import { measureScale, scaleTable } from './scale.ts';

const HELP = `npm run bench [-- options]

Starts a real kube-apiserver for each run, lets an operator bring so many resources to their final phase, restarts it over them, and
prints medians and ratios as a table. \`npm run build\` comes first. Without options: 10 and 1,000 resources, about 6 minutes.

  --n 10,1000     how many resources; 10000 takes about 10 minutes a repetition; 0: none of this
  --inputs N      also: N resources that read an input each, of which one after the other changes (10000: 3 minutes)
  --scale LIST    also: our operator alone over so many resources, on the embedded cluster (1000,10000,100000)
  --all           all of it: --n 10,1000,10000 --inputs 10000 --scale 1000,10000,100000
  --repeat 3      repetitions; in each one every operator has its turn
  --peer NAMES    beside whom: ${Object.keys(OPERATORS).slice(1).join(', ')};
                  none: '' (default: controller-runtime, which is it at its best concurrency, 50)
  --json FILE     all that was measured
  --help
`;

const { values: options } = parseArgs({
  options: {
    n: { type: 'string' },
    repeat: { type: 'string' },
    peer: { type: 'string', default: 'controller-runtime' },
    json: { type: 'string' },
    inputs: { type: 'string' },
    scale: { type: 'string' },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const DEFAULTS = { n: '10,1000', repeat: '3', inputs: '0', scale: '0' };
const ALL = { n: '10,1000,10000', repeat: '3', inputs: '10000', scale: '1000,10000,100000' };
/** How many inputs are changed, one after the other. */
const CHANGES = 200;

function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name);
}

function numbers(option: 'n' | 'repeat' | 'inputs' | 'scale'): readonly number[] {
  const text = options[option] ?? (options.all ? ALL[option] : DEFAULTS[option]);
  const given = text.split(',').map(Number);
  if (given.every((number) => Number.isSafeInteger(number) && number >= 0)) return given.filter((number) => number > 0);
  throw new Error(`--${option} ${text}: whole numbers are wanted.`);
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
  const flows: Record<string, Record<string, FlowsResult[]>> = {};
  const scale: FlowsResult[] = [];
  const inputs: InputsResult[] = [];
  const keep = (): void => {
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ machine, flows, inputs, scale }, undefined, 2)}\n`);
  };
  for (const n of sizes) {
    const results: Record<string, FlowsResult[]> = Object.fromEntries(names.map((name) => [name, []]));
    flows[n] = results;
    for (let turn = 1; turn <= repeat; turn += 1) {
      for (const name of names) {
        const result = await measureFlows(name, n);
        results[name]?.push(result);
        tell(`${turn}/${repeat} ${summary(name, result)}`);
        keep();
      }
    }
    console.log(`${flowsTable(n, results)}\n`);
  }
  for (const count of numbers('inputs')) {
    tell(`${count} resources that read an input each …`);
    const result = await measureInputs(count, CHANGES);
    inputs.push(result);
    keep();
    console.log(`${inputsTable(result)}\n`);
  }
  for (const n of numbers('scale')) {
    const result = await measureScale(n);
    scale.push(result);
    tell(summary('autopilot, embedded cluster', result));
    keep();
  }
  if (scale.length > 0) console.log(scaleTable(scale));
}

function summary(name: string, { n, wall, cpu, memory, writesEach }: FlowsResult): string {
  const writes = writesEach > 0 ? `, ${writesEach.toFixed(2)} writes each` : '';
  return `${name}, ${n}: ${wall.toFixed(1)} s, ${cpu.toFixed(2)} s of CPU, ${memory.toFixed(0)} MiB${writes}`;
}

if (options.help) console.log(HELP);
else await main();
