// What the job of ../flow-operator costs Node at the least: two watches, a map, and a loop over the transport that the runtime has. No
// cache that is right after all that may happen, no lease, no metrics, no conditions, nothing that is found out before a write: what an
// operator costs beyond this is the runtime's. With `--bodies` it writes what the runtime would, byte for byte nearly: what that costs the server.
import process from 'node:process';
import { findCluster } from '../../runtime/dist/kube/kubeconfig.js';
import { systemClock } from '../../runtime/dist/clock.js';
import { connect } from '../../runtime/dist/kube/transport.js';

const CONCURRENCY = 20;
const isWhole = process.argv.includes('--bodies');
const NAMESPACE = 'bench';
const FLOWS = '/apis/bench.example.io/v1/flows';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** What a phase makes, and which comes after it. */
const STEPS = {
  First: ['first', 'Second'],
  Second: ['second', 'Third'],
  Third: ['third', 'Done'],
};

const access = findCluster(process.env, systemClock);
const transport = connect(access);
const authorization = await access.credentials.headers();

async function send(method, path, contentType, body, accept) {
  const { status, body: answer } = await transport.send({
    method,
    path,
    headers: { ...authorization, accept, 'content-type': contentType },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  return JSON.parse(text);
}

/** Calls `changed` with each object that the watch tells of, and `listed` once all are told that there are. */
async function watch(path, accept, changed, listed) {
  const { body } = await transport.send({
    method: 'GET',
    path: `${path}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    headers: { ...authorization, accept },
    streamed: true,
  });
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const { type, object } = JSON.parse(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
      if (type === 'BOOKMARK') listed();
      else {
        delete object.metadata.managedFields;
        changed(object);
      }
    }
  }
}

const flows = new Map();
const outputs = new Map();
const queue = [];
let running = 0;
let isListed = false;

async function run(name) {
  let flow = flows.get(name);
  for (let step = STEPS[flow.status?.phase ?? 'First']; step; step = STEPS[flow.status?.phase]) {
    const [output, next] = step;
    const made = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `${name}-${output}`,
        namespace: NAMESPACE,
        ...(isWhole && marks(flow, output)),
        ownerReferences: [
          {
            apiVersion: flow.apiVersion,
            kind: flow.kind,
            name,
            uid: flow.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      data: { message: flow.spec.message },
    };
    if (!outputs.has(made.metadata.name))
      await send(
        'POST',
        `/api/v1/namespaces/${NAMESPACE}/configmaps?fieldManager=bare-loop`,
        'application/json',
        made,
        METADATA,
      );
    flow = await send(
      'PATCH',
      `/apis/bench.example.io/v1/namespaces/${NAMESPACE}/flows/${name}/status?fieldManager=bare-loop`,
      'application/json-patch+json',
      [{ op: 'test', path: '/metadata/uid', value: flow.metadata.uid }, ...operations(flow, next, output)],
      'application/json',
    );
  }
}

/** What the runtime marks an output with; the hash is no hash here. */
function marks(flow, output) {
  return {
    labels: { 'bench.example.io/owner': flow.metadata.uid },
    annotations: {
      'bench.example.io/phase': output,
      'bench.example.io/applied': flow.metadata.uid.replaceAll('-', ''),
    },
  };
}

function operations({ metadata: { generation }, status }, next, output) {
  if (!isWhole) return [{ op: 'add', path: '/status', value: { phase: next, observedGeneration: generation } }];
  const wanted = {
    phase: next,
    observedGeneration: generation,
    conditions: conditions(next, generation),
    observedOutputs: { ...status?.observedOutputs, [output]: { configMaps: '0123456789abcdef' } },
  };
  const revision = status?.revision;
  if (revision === undefined) return [{ op: 'add', path: '/status', value: { ...wanted, revision: 1 } }];
  return [
    { op: 'test', path: '/status/revision', value: revision },
    { op: 'test', path: '/status/phase', value: status.phase },
    { op: 'add', path: '/status/revision', value: revision + 1 },
    ...['phase', 'conditions', 'observedOutputs'].map((member) => ({
      op: 'add',
      path: `/status/${member}`,
      value: wanted[member],
    })),
  ];
}

function conditions(phase, observedGeneration) {
  const isFinal = STEPS[phase] === undefined;
  const common = {
    reason: isFinal ? 'Final' : 'Progressing',
    message: isFinal ? `Phase ${phase} is at rest.` : `Phase ${phase} is under way.`,
    lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
    observedGeneration,
  };
  if (isFinal) return [{ type: 'Ready', status: 'True', ...common }];
  return [
    { type: 'Ready', status: 'False', ...common },
    { type: 'Reconciling', status: 'True', ...common },
  ];
}

function work() {
  while (running < CONCURRENCY && queue.length > 0) {
    running += 1;
    const name = queue.shift();
    void run(name).finally(() => {
      running -= 1;
      work();
    });
  }
}

function listed(path, accept, changed) {
  return new Promise((resolve, reject) => {
    watch(path, accept, changed, resolve).catch(reject);
  });
}

function flowChanged(flow) {
  const { name } = flow.metadata;
  if (!flows.has(name) && flow.status?.phase !== 'Done') queue.push(name);
  flows.set(name, flow);
  if (isListed) work();
}

process.once('SIGTERM', () => process.exit(0));
await Promise.all([
  listed(FLOWS, 'application/json', flowChanged),
  listed('/api/v1/configmaps', METADATA, (output) => outputs.set(output.metadata.name, output)),
]);
isListed = true;
work();
