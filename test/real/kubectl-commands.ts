/**
 * kubectl commands in the order in which they are run, by subject. What a command reads as a file named `-` is a YAML text. Words in
 * single quotes are one argument.
 */
export interface Command {
  readonly run: string;
  readonly input?: string;
}

const CONFIG = `{ apiVersion: v1, kind: ConfigMap, metadata: { name: one, labels: { of: a } }, data: { k: v } }`;
const web = (rest: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
${rest}`;
const WEB =
  web(`        - { name: main, image: 'nginx:1', ports: [{ containerPort: 80 }], env: [{ name: A, value: a }, { name: B, value: b }] }
        - { name: side, image: 'side:1' }`);
const WEB_CHANGED =
  web(`        - { name: main, image: 'nginx:2', ports: [{ containerPort: 81 }], env: [{ name: B, value: c }] }
      nodeSelector: { disk: ssd }`);
const gadget = (name: string, spec: string): string =>
  `{ apiVersion: dev.example.com/v1, kind: Gadget, metadata: { name: ${name} }, spec: ${spec} }`;
const LIST = `
apiVersion: v1
kind: List
items:
- { apiVersion: v1, kind: ConfigMap, metadata: { name: listed }, data: { a: b } }
- ${gadget('listed', '{ size: 4 }')}`;
const owned = (name: string): string => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: owner, uid: UID-OF-OWNER, blockOwnerDeletion: true }]`;
const EVENT = `
apiVersion: v1
kind: Event
metadata: { name: one.1 }
involvedObject: { apiVersion: v1, kind: ConfigMap, name: one, namespace: verbs }
reason: Looked
message: It was looked at
type: Normal
count: 3
firstTimestamp: 2026-01-01T00:00:00Z
lastTimestamp: 2026-01-01T00:10:00Z
source: { component: looker }`;
const POD = `
apiVersion: v1
kind: Pod
metadata: { name: pod, labels: { app: pod } }
spec:
  automountServiceAccountToken: false
  containers: [{ name: main, image: 'nginx:1' }]`;

const commands = (...lines: (string | [run: string, input: string])[]): readonly Command[] =>
  lines.map((line) => (typeof line === 'string' ? { run: line } : { run: line[0], input: line[1] }));

export const SUBJECTS: Readonly<Record<string, readonly Command[]>> = {
  'what is served': commands(
    'api-versions',
    'api-resources --sort-by=name',
    'api-resources --api-group=apps -o name',
    'api-resources --namespaced=false --verbs=list,watch -o name',
    'explain gadget.spec --api-version=dev.example.com/v1 --recursive',
    'explain gadget.spec.size --api-version=dev.example.com/v1',
    'explain gadget.spec.nothing --api-version=dev.example.com/v1',
    'explain gadget.spec.list --api-version=dev.example.com/v1 --output=plaintext-openapiv2',
    'explain nothing',
    'explain pod.spec.nothing',
  ),
  creates: commands(
    'create configmap made --from-literal=a=1 --from-literal=b=2',
    'create configmap made --from-literal=a=1',
    'create secret generic hidden --from-literal=password=geheim',
    'create serviceaccount builder',
    'create deployment made --image=nginx:1 --replicas=2 --port=80',
    'create job once --image=busybox -- echo hello',
    'create cronjob often --image=busybox --schedule=5 -- echo',
    "create cronjob nightly --image=busybox --schedule='5 1 * * *' -- echo",
    'create service clusterip front --tcp=80:8080',
    'create ingress way --rule=example.com/*=front:80 --class=none',
    'create quota limits --hard=pods=5',
    'create role reader --verb=get,list --resource=pods,configmaps',
    'create rolebinding readers --role=reader --serviceaccount=verbs:builder',
    'create poddisruptionbudget some --selector=app=web --min-available=1',
    'create priorityclass verbs-high --value=1000 --description=high',
    ['create -f -', CONFIG],
    ['create -f -', CONFIG],
    ['create -f -', gadget('small', '{ size: 2 }')],
    ['create -f -', gadget('bad', '{ size: 12, colour: green }')],
    ['create -f -', gadget('strange', '{ size: 2, strange: 1 }')],
    ['create --validate=warn -f -', gadget('strange', '{ size: 2, strange: 1 }')],
    ['create --validate=ignore --dry-run=server -f -', gadget('ignored', '{ size: 2, strange: 1 }')],
    ['create --dry-run=server -o yaml -f -', WEB],
    ['create --dry-run=client -o yaml -f -', CONFIG],
    ['create -f -', CONFIG.replace('data:', 'dta:').replace('one', 'typo')],
    [
      'create -f -',
      '{ apiVersion: dev.example.com/v1alpha1, kind: Gadget, metadata: { name: old }, spec: { size: 1 } }',
    ],
    ['create -f -', '{ apiVersion: v9, kind: ConfigMap, metadata: { name: x } }'],
    ['create -f -', POD],
    ['create -f -', EVENT],
  ),
  gets: commands(
    'get cm,secret',
    'get cm one -o yaml',
    'get cm one -o json',
    'get cm -l of=a --show-labels',
    'get cm -L of',
    'get cm --field-selector=metadata.name=one',
    'get cm --field-selector=metadata.name!=one -o name',
    'get cm --field-selector=data.k=v',
    'get pods --field-selector=status.phase=Pending,spec.restartPolicy=Always -o name',
    'get pods --field-selector=status.phase!=Pending',
    'get secrets --field-selector=type=Opaque -o name',
    'get events --field-selector=involvedObject.name=one,type=Normal',
    "get cm one -o jsonpath='{.data.k}'",
    'get cm -o custom-columns=NAME:.metadata.name,K:.data.k --sort-by=.metadata.name',
    "get cm one -o go-template='{{.data.k}}'",
    'get gadgets',
    'get gd small -o wide',
    'get gadgets.v1alpha1.dev.example.com',
    'get all',
    'get deploy,job,cronjob,svc,ingress,pdb,quota,role,rolebinding,sa -o wide',
    'get cm nothing',
    'get cm nothing --ignore-not-found',
    'get nothings',
    'get cm --chunk-size=1 -o name',
    'get cm one --show-managed-fields -o yaml',
    'get cm one -o yaml --output-watch-events -w --request-timeout=1s',
    'get --raw /api/v1/namespaces/verbs/configmaps/one/nothing',
    'get deploy made --subresource=scale',
    'get gadget small --subresource=scale',
    'get gadgets.v1alpha1.dev.example.com small --subresource=status',
    'get gadget small --subresource=status',
    'events --types=Normal',
    'events --for=configmap/one',
    'events --types=Warning --for=configmap/one',
    'describe cm one',
    'describe deploy made',
    'describe secret hidden',
    // Without events: a real server's own loop may just have looked at the address.
    'describe svc front --show-events=false',
    'describe gadget small',
    'describe sa builder',
    'describe role reader',
    'describe quota limits',
    'describe pod pod',
    'describe cronjob nightly',
    'describe ingress way',
    'describe namespace verbs',
    'describe crd gadgets.dev.example.com',
    'describe cm nothing',
  ),
  'client-side apply': commands(
    ['apply -f -', WEB],
    ['apply -f -', WEB],
    ['diff -f -', WEB_CHANGED],
    ['apply --dry-run=server -f -', WEB_CHANGED],
    ['apply --dry-run=client -f -', WEB_CHANGED],
    ['apply -f -', WEB_CHANGED],
    'get deploy web -o yaml',
    'apply view-last-applied deploy web',
    'set image deploy/web main=nginx:3',
    'set env deploy/web A=z',
    'set resources deploy/web --limits=cpu=1',
    'set serviceaccount deploy/web builder',
    ['apply -f -', WEB],
    "get deploy web -o jsonpath='{.spec.template.spec}'",
    ['apply -f -', CONFIG],
    ['apply -f -', LIST],
    ['apply -f -', LIST.replace('size: 4', 'size: 5')],
    ['apply -f -', LIST.replace('data:', 'dta:')],
    ['apply --validate=strict -f -', gadget('small', '{ size: 3, map: { a: b } }')],
    ['apply --prune -l of=a -f -', `${CONFIG}\n---\n${CONFIG.replace('one', 'two')}`],
    ['apply --prune -l of=a --prune-allowlist=core/v1/ConfigMap -f -', CONFIG],
    ['apply set-last-applied -f -', CONFIG],
    ['apply -f -', gadget('small', '{ size: 0 }')],
    ['apply --force -f -', WEB],
  ),
  'server-side apply': commands(
    ['apply --server-side -f -', CONFIG.replace('one', 'ssa')],
    ['apply --server-side --field-manager=other -f -', CONFIG.replace('one', 'ssa').replace('k: v', 'k: w')],
    [
      'apply --server-side --field-manager=other --force-conflicts -f -',
      CONFIG.replace('one', 'ssa').replace('k: v', 'k: w'),
    ],
    ['apply --server-side --dry-run=server -o yaml --show-managed-fields -f -', CONFIG.replace('one', 'ssa')],
    ['apply --server-side -f -', WEB],
    ['apply --server-side --force-conflicts -f -', WEB],
    ['apply --server-side -f -', gadget('small', '{ size: 4 }')],
    ['apply --server-side --force-conflicts -f -', gadget('small', '{ size: 4, list: [{ name: a, value: 1.5 }] }')],
    ['apply --server-side --force-conflicts -f -', gadget('small', '{ size: 4, list: [{ name: a }, { name: a }] }')],
    'get gadget small -o yaml --show-managed-fields',
  ),
  patches: commands(
    `patch cm one -p '{"data":{"p":"1"}}'`,
    `patch cm one -p '{"data":{"p":"1"}}'`,
    `patch cm one --type=merge -p '{"data":{"p":null,"q":"2"}}'`,
    `patch cm one --type=json -p '[{"op":"test","path":"/data/q","value":"2"},{"op":"replace","path":"/data/q","value":"3"}]'`,
    `patch cm one --type=json -p '[{"op":"test","path":"/data/q","value":"2"}]'`,
    `patch cm one --type=json -p '[{"op":"remove","path":"/data/nothing"}]'`,
    `patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"nginx:9"}]}}}}'`,
    `patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}}'`,
    `patch deploy web -p '{"spec":{"template":{"spec":{"$retainKeys":["containers"],"containers":[{"$patch":"replace"},{"name":"only","image":"only:1"}]}}}}'`,
    `patch deploy web -p '{"spec":{"template":{"metadata":{"labels":{"$patch":"replace","app":"web","x":"y"}}}}}'`,
    `patch deploy web -p '{"metadata":{"finalizers":["a/b","c/d"],"$deleteFromPrimitiveList/finalizers":["a/b"]}}'`,
    `patch deploy web -p '{"metadata":{"$deleteFromPrimitiveList/finalizers":["c/d","a/b"]}}'`,
    `patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":3}}'`,
    `patch gadget small --type=merge -p '{"spec":{"size":6}}'`,
    `patch gadget small --subresource=status --type=merge -p '{"status":{"phase":"Done"}}'`,
    `patch gadget small -p '{"spec":{"size":7}}'`,
    `patch gadget small --type=merge -p '{"spec":{"size":70}}'`,
    `patch cm one -p '{"kind":"Secret"}'`,
    `patch cm one -p 'nonsense: ['`,
    `patch cm nothing -p '{"data":{"p":"1"}}'`,
    `patch cm one --dry-run=server -o yaml -p '{"data":{"dry":"1"}}'`,
    "get deploy web -o jsonpath='{.spec.template}'",
  ),
  'other changes': commands(
    'annotate cm one note=text',
    'annotate cm one note=other',
    'annotate --overwrite cm one note=other',
    'annotate cm one note-',
    'annotate cm one --list',
    'label cm one new=label',
    'label cm one new=other',
    'label --overwrite cm one new=other',
    'label cm --all more=yes',
    'label cm one new-',
    "label cm one 'bad key=x'",
    'scale deploy/web --replicas=4',
    'scale deploy/web --current-replicas=1 --replicas=5',
    'scale gadget/small --replicas=2',
    'scale cm/one --replicas=2',
    'autoscale deploy/web --min=1 --max=5 --cpu-percent=80',
    'expose deploy/web --port=80 --name=exposed',
    'rollout restart deploy/web',
    'rollout pause deploy/web',
    'rollout pause deploy/web',
    'rollout resume deploy/web',
    'rollout status deploy/web --watch=false',
    'rollout history deploy/web',
    ['replace -f -', CONFIG.replace('k: v', 'k: replaced')],
    ['replace -f -', CONFIG.replace('one', 'nothing')],
    ['replace --force -f -', CONFIG],
    [
      'replace --subresource=status -f -',
      `${gadget('small', '{ size: 4 }').slice(0, -1)}, status: { phase: Replaced } }`,
    ],
    ['replace --dry-run=server -o yaml -f -', CONFIG.replace('k: v', 'k: dry')],
    "get gadget small -o jsonpath='{.status.phase} {.spec.size}'",
    'wait --for=condition=Established crd/gadgets.dev.example.com --timeout=5s',
    "wait --for=jsonpath='{.status.phase}'=Replaced gadget/small --timeout=5s",
    'wait --for=condition=Ready gadget/small --timeout=1s',
    'wait --for=delete cm/nothing --timeout=1s',
  ),
  deletes: commands(
    'create configmap owner',
    ['create -f -', owned('dependent')],
    'delete cm owner --cascade=orphan',
    "get cm dependent -o jsonpath='{.metadata.ownerReferences}'",
    'delete cm dependent',
    'create configmap owner',
    ['create -f -', owned('dependent')],
    'delete cm owner --cascade=foreground',
    'wait --for=delete cm/dependent --timeout=20s',
    'get cm owner dependent',
    'create configmap owner',
    ['create -f -', owned('dependent')],
    'delete cm owner --cascade=background',
    'wait --for=delete cm/dependent --timeout=20s',
    'delete cm one --dry-run=server',
    'delete cm one --dry-run=client',
    'delete cm one nothing',
    'delete cm nothing --ignore-not-found',
    'delete cm -l of=a',
    'delete cm --all -o name',
    'delete gadgets --all',
    ['delete -f -', LIST],
    'delete pod pod --now',
    'delete deploy,job,cronjob,svc --all',
    'delete priorityclass verbs-high',
    'delete namespace kube-system',
    'delete nothings x',
    'delete crd gadgets.dev.example.com',
    'get gadgets',
  ),
};
