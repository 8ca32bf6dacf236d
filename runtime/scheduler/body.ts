import { hash } from 'node:crypto';
import { apiVersionOf, objectKey } from '../kube/paths.ts';
import type { KubernetesObject, OwnerReference, ResourceType } from '../kube/types.ts';
import type { Desired } from '../worker.ts';

/** The marks that the runtime puts on what it writes. */
export interface Marks {
  /** Label: the uid of the resource whose object it is. */
  readonly owner: string;
  /** Annotation: the phase that made it. */
  readonly phase: string;
  /** Annotation: the hash of the body that was written last. */
  readonly applied: string;
  /** What the annotations of patches begin with: each holds the hash of one that was applied to the object. */
  readonly patched: string;
}

export function marksOf(group: string): Marks {
  return {
    owner: `${group}/owner`,
    phase: `${group}/phase`,
    applied: `${group}/applied`,
    patched: `applied.${group}/`,
  };
}

/** One object as it is sent. */
export interface Body {
  readonly type: ResourceType;
  /** `namespace/name`, or the name. */
  readonly key: string;
  readonly object: KubernetesObject;
  /** Of the whole object without the mark that holds it. */
  readonly hash: string;
}

export interface BodyContext {
  readonly type: ResourceType;
  readonly marks: Marks;
  readonly phase: string;
  /** The resource whose output it is; its reference is left out where the object is somewhere that such a reference cannot come from. */
  readonly owner: OwnerReference;
  /** The resource's: where the output goes when it names no namespace itself. Undefined for a resource of cluster scope. */
  readonly namespace: string | undefined;
}

/** Makes what is sent of what a worker asked for (and {@link checkOutput} accepted). */
export function bodyOf(desired: Desired<object>, { type, marks, phase, owner, namespace }: BodyContext): Body {
  const { metadata, ...written } = desired;
  const at = type.namespaced ? (metadata.namespace ?? namespace) : undefined;
  // A reference to a namespaced owner holds within its namespace only: the garbage collector would delete the object.
  const canBeOwned = namespace === undefined || at === namespace;
  const rest = type.group === '' && type.kind === 'Secret' ? withoutStringData(written) : written;
  const annotations: Record<string, string> = { ...withoutMarks(metadata.annotations, marks), [marks.phase]: phase };
  // In the order in which they are hashed, as far as that is known.
  const object: KubernetesObject = {
    apiVersion: apiVersionOf(type),
    ...rest,
    kind: type.kind,
    metadata: {
      annotations,
      labels: { ...metadata.labels, [marks.owner]: owner.uid },
      name: metadata.name,
      ...(at !== undefined && { namespace: at }),
      ...(canBeOwned && { ownerReferences: [owner] }),
    },
  };
  const applied = hashOf(object);
  annotations[marks.applied] = applied;
  return { type, key: objectKey(metadata.name, at), object, hash: applied };
}

type Texts = Readonly<Record<string, string>> | undefined;

/**
 * Annotations or labels but for the marks, which are there where a worker keeps those of an object as it stands. With the hash of the last
 * body in it, each would be another one; a mark that two managers apply neither could change; and what bears its owner's is an output.
 */
export function withoutMarks(texts: Texts, marks: Marks): Texts {
  if (texts === undefined) return texts;
  for (const name in texts)
    if (isMark(name, marks)) return Object.fromEntries(Object.entries(texts).filter(([each]) => !isMark(each, marks)));
  return texts;
}

function isMark(name: string, { owner, applied, phase, patched }: Marks): boolean {
  return name === owner || name === applied || name === phase || name.startsWith(patched);
}

/**
 * A Secret with its `stringData` as the `data` that the server makes of it. Managed fields name what was sent: an apply of `stringData`
 * would hold no `data`, and nobody would notice that a value was changed. What is no text is left for the server to refuse.
 */
export function withoutStringData(secret: SecretFields): object {
  const { stringData, ...rest } = secret;
  const texts = Object.entries(stringData ?? {});
  if (texts.some(([, text]) => typeof text !== 'string')) return secret;
  if (texts.length === 0) return rest;
  const encoded = texts.map(([name, text]) => [name, Buffer.from(String(text), 'utf8').toString('base64')] as const);
  return { ...rest, data: { ...rest.data, ...Object.fromEntries(encoded) } };
}

export interface SecretFields {
  readonly kind?: string | undefined;
  readonly data?: object;
  readonly stringData?: object | null;
}

/** The same for bodies that are the same JSON, whatever the order of their members. */
export function hashOf(object: KubernetesObject): string {
  return hash('sha256', canonical(object), 'hex').slice(0, 32);
}

/** JSON with the members of all objects in the order of their names. */
function canonical(value: unknown): string {
  if (!isObject(value) || isInOrder(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** Whether it is written canonically as it is, as most are. */
function isInOrder(value: object): boolean {
  if (Array.isArray(value)) return value.every((item: unknown) => !isObject(item) || isInOrder(item));
  let before = '';
  for (const name in value) {
    if (name < before) return false;
    before = name;
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (isObject(member) && !isInOrder(member)) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
