import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { humanDuration } from '../duration-text.ts';
import { ageOf, count, flagOr, isTrue, nameOf, printer, scalar, sizeOf, text, textOr } from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Printers } from './define.ts';

const BINDING_COLUMNS = ['Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'];
const binding = printer(BINDING_COLUMNS, (object, now) => [
  nameOf(object),
  `${text(object, 'roleRef', 'kind')}/${text(object, 'roleRef', 'name')}`,
  ageOf(object, now),
  subjects(object, 'User'),
  subjects(object, 'Group'),
  subjects(object, 'ServiceAccount'),
]);
const webhooks = printer(['Name', 'Webhooks:integer', 'Age'], (object, now) => [
  nameOf(object),
  sizeOf(object, 'webhooks'),
  ageOf(object, now),
]);
const policyBinding = printer(['Name', 'PolicyName', 'ParamRef', 'Age'], (object, now) => [
  nameOf(object),
  text(object, 'spec', 'policyName'),
  parameterReference(valueAt(object, 'spec', 'paramRef')),
  ageOf(object, now),
]);
const plain = printer(['Name', 'Age'], (object, now) => [nameOf(object), ageOf(object, now)]);

export const OTHERS: Printers = {
  'rbac.authorization.k8s.io/RoleBinding': binding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': binding,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': printer(
    ['Name', 'Validations:integer', 'ParamKind', 'Age'],
    (object, now) => [nameOf(object), sizeOf(object, 'spec', 'validations'), parameterKind(object), ageOf(object, now)],
  ),
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': printer(
    ['Name', 'Mutations:integer', 'ParamKind', 'Age'],
    (object, now) => [nameOf(object), sizeOf(object, 'spec', 'mutations'), parameterKind(object), ageOf(object, now)],
  ),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policyBinding,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': policyBinding,
  'apiregistration.k8s.io/APIService': printer(['Name', 'Service', 'Available', 'Age'], (object, now) => {
    const service = valueAt(object, 'spec', 'service');
    return [
      nameOf(object),
      isObject(service) ? `${stringAt(service, 'namespace')}/${stringAt(service, 'name')}` : 'Local',
      isTrue(object, 'Available') ? 'True' : 'Unknown',
      ageOf(object, now),
    ];
  }),
  'apiextensions.k8s.io/CustomResourceDefinition': printer(
    ['Name', 'Scope', 'Versions', 'Created At:date', 'Group*', 'Kind*', 'ShortNames*', 'Established:boolean*'],
    (object) => [
      nameOf(object),
      text(object, 'spec', 'scope'),
      servedVersions(object),
      object.metadata.creationTimestamp ?? '',
      text(object, 'spec', 'group'),
      text(object, 'spec', 'names', 'kind'),
      listAt(object, 'spec', 'names', 'shortNames').join(','),
      isTrue(object, 'Established'),
    ],
  ),
  'certificates.k8s.io/CertificateSigningRequest': printer(
    ['Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'],
    (object, now) => {
      const seconds = valueAt(object, 'spec', 'expirationSeconds');
      return [
        nameOf(object),
        ageOf(object, now),
        textOr('<none>', object, 'spec', 'signerName'),
        text(object, 'spec', 'username'),
        typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
        signingStatus(object),
      ];
    },
  ),
  'certificates.k8s.io/ClusterTrustBundle': printer(['Name', 'SignerName'], (object) => [
    nameOf(object),
    textOr('<none>', object, 'spec', 'signerName'),
  ]),
  'flowcontrol.apiserver.k8s.io/FlowSchema': printer(
    ['Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'],
    (object, now) => {
      const dangling = listAt(object, 'status', 'conditions').find(
        (condition) => text(condition, 'type') === 'Dangling',
      );
      return [
        nameOf(object),
        text(object, 'spec', 'priorityLevelConfiguration', 'name'),
        count(object, 'spec', 'matchingPrecedence'),
        textOr('<none>', object, 'spec', 'distinguisherMethod', 'type'),
        ageOf(object, now),
        textOr('?', dangling, 'status'),
      ];
    },
  ),
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': printer(
    ['Name', 'Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit', 'Age'],
    (object, now) => {
      const limited = valueAt(object, 'spec', 'limited');
      const queuing = valueAt(limited, 'limitResponse', 'queuing');
      const number = (of: unknown, name: string): string | number => (isObject(of) ? count(of, name) : '<none>');
      return [
        nameOf(object),
        text(object, 'spec', 'type'),
        number(limited, 'nominalConcurrencyShares'),
        number(queuing, 'queues'),
        number(queuing, 'handSize'),
        number(queuing, 'queueLengthLimit'),
        ageOf(object, now),
      ];
    },
  ),
  'node.k8s.io/RuntimeClass': printer(['Name', 'Handler', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'handler'),
    ageOf(object, now),
  ]),
  'scheduling.k8s.io/PriorityClass': printer(
    ['Name', 'Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'],
    (object, now) => [
      nameOf(object),
      count(object, 'value'),
      flagOr(false, object, 'globalDefault'),
      ageOf(object, now),
      text(object, 'preemptionPolicy'),
    ],
  ),
  'resource.k8s.io/DeviceClass': plain,
  'resource.k8s.io/ResourceClaimTemplate': plain,
  'resource.k8s.io/ResourceClaim': printer(['Name', 'State', 'Age'], (object, now) => [
    nameOf(object),
    claimState(object),
    ageOf(object, now),
  ]),
  'resource.k8s.io/ResourceSlice': printer(['Name', 'Node', 'Driver', 'Pool', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'spec', 'nodeName'),
    text(object, 'spec', 'driver'),
    text(object, 'spec', 'pool', 'name'),
    ageOf(object, now),
  ]),
  'storagemigration.k8s.io/StorageVersionMigration': printer(['Name', 'Resource', 'Status'], (object) => [
    nameOf(object),
    `${text(object, 'spec', 'resource', 'resource')}.${text(object, 'spec', 'resource', 'group')}`,
    ['Running', 'Failed', 'Succeeded'].findLast((type) => isTrue(object, type)) ?? 'Unknown',
  ]),
};

/** Of a definition: those that are served, in their order, with a word about the one that is stored. */
function servedVersions(object: ApiObject): string {
  return listAt(object, 'spec', 'versions')
    .filter((version) => flagOr(false, version, 'served'))
    .map((version) => `${text(version, 'name')}${flagOr(false, version, 'storage') ? '(storage)' : ''}`)
    .join(',');
}

function subjects(object: ApiObject, kind: string): string {
  return listAt(object, 'subjects')
    .filter((subject) => text(subject, 'kind') === kind)
    .map((subject) => {
      const namespace = kind === 'ServiceAccount' ? text(subject, 'namespace') : '';
      return `${namespace && `${namespace}/`}${text(subject, 'name')}`;
    })
    .join(', ');
}

function parameterKind(object: ApiObject): string {
  const kind = valueAt(object, 'spec', 'paramKind');
  return isObject(kind) ? `${stringAt(kind, 'apiVersion')}/${stringAt(kind, 'kind')}` : '<unset>';
}

function parameterReference(reference: unknown): string {
  const name = scalar('', reference, 'name');
  return name === '' ? '<unset>' : `${textOr('*', reference, 'namespace')}/${name}`;
}

function signingStatus(object: ApiObject): string {
  const has = (type: string): boolean =>
    listAt(object, 'status', 'conditions').some((condition) => text(condition, 'type') === type);
  const parts = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) parts.push('Failed');
  if (text(object, 'status', 'certificate') !== '') parts.push('Issued');
  return parts.join(',');
}

function claimState(object: ApiObject): string {
  const deleted = object.metadata.deletionTimestamp !== undefined;
  const allocated = isObject(valueAt(object, 'status', 'allocation'));
  const states = [
    ...(deleted ? ['deleted'] : []),
    ...(allocated ? ['allocated'] : deleted ? [] : ['pending']),
    ...(allocated && sizeOf(object, 'status', 'reservedFor') > 0 ? ['reserved'] : []),
  ];
  return states.join(',');
}
