import { formOf, type Form } from './managed-fields-form.ts';
import type { KubernetesObject, ManagedFieldsEntry } from './types.ts';

/** Who holds which fields of an object. */
export interface Managers {
  /** All of its managedFields; made of their text each time that it is asked for. */
  readonly entries: readonly ManagedFieldsEntry[];
  /** What they have in common with those of other objects; undefined where that is not known. */
  readonly form: Form | undefined;
}

/** How the texts are parsed that a server sends of one object. */
export interface Parsing {
  /** An answer. */
  readonly object: (text: string) => unknown;
  /** A line of a watch. */
  readonly frame: (text: string) => unknown;
}

/** As JSON.parse does it. */
export const WHOLE: Parsing = { object: whole, frame: whole };

/**
 * Objects come without `metadata.managedFields`, which are half of each, nearly the same in all, and hardly ever looked at. A frame has them as
 * `managers`, for an answer {@link managersOf} does.
 */
export const APART: Parsing = {
  object: (text) =>
    parseApart(text, valueIn(text, 0, IN_OBJECT), asObject, (object, managers) => {
      ofAnswers.set(object, managers);
    }),
  frame: (text) =>
    parseApart(text, valueIn(text, text.indexOf('{', 1), IN_FRAME), objectOf, (frame, managers) => {
      frame.managers = managers;
    }),
};

interface Frame {
  readonly object: KubernetesObject;
  managers?: Managers;
}

function asObject(object: KubernetesObject): KubernetesObject {
  return object;
}

function objectOf({ object }: Frame): KubernetesObject {
  return object;
}

/** By the objects as they were parsed; a copy of one has none. */
const ofAnswers = new WeakMap<KubernetesObject, Managers>();

/** Of an object as it was parsed; undefined: it has none. */
export function managersOf(object: KubernetesObject): Managers | undefined {
  const { managedFields } = object.metadata;
  return managedFields ? { entries: managedFields, form: undefined } : ofAnswers.get(object);
}

/** The object as the server has it; the same one where it is whole. */
export function wholeOf(object: KubernetesObject): KubernetesObject {
  const managers = ofAnswers.get(object);
  return managers ? { ...object, metadata: { ...object.metadata, managedFields: managers.entries } } : object;
}

/** The uid of the object's controller; '' without one. */
export function controllerUid({ metadata }: KubernetesObject): string {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '';
}

class ApartManagers implements Managers {
  readonly text: string;
  readonly form: Form | undefined;

  constructor(text: string, form: Form | undefined) {
    this.text = text;
    this.form = form;
  }

  get entries(): readonly ManagedFieldsEntry[] {
    return JSON.parse(this.text) as readonly ManagedFieldsEntry[];
  }
}

const NAME = 'managedFields';
const STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;
/** A value in which no more is nested than in metadata. */
const VALUE = String.raw`(?:${STRING}|[^"{}[\],]+|\{(?:${STRING}|[^"{}[\]])*\}|\[(?:${STRING}|[^"[\]])*\])`;
const membersBefore = (name: string): string => String.raw`(?:"[^"\\]*":${VALUE},)*"${name}":`;
const METADATA = String.raw`\{${membersBefore('metadata')}\{${membersBefore(NAME)}(?=\[)`;
/** From the beginning of a text to the value of that one member, if all before it is as servers write it: without space, with little nested. */
const IN_OBJECT = new RegExp(METADATA, 'y');
const IN_FRAME = new RegExp(String.raw`\{"type":"[A-Z]+","object":${METADATA}`, 'y');
/** An object begins so of which there is nothing but metadata: these have no other list of that name, and all else in them is text. */
const ONLY_METADATA = '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{';
const LIST = `"${NAME}":[`;
/** There is no other list in managedFields; in a text it may be. */
const END = '}]';
const COMMA = 44;

/** Where the value of the member begins, of an object that begins at `from`; -1 where that cannot be told. */
function valueIn(text: string, from: number, way: RegExp): number {
  if (text.startsWith(ONLY_METADATA, from)) {
    const at = text.indexOf(LIST, from + ONLY_METADATA.length);
    return at < 0 ? -1 : at + LIST.length - 1;
  }
  way.lastIndex = 0;
  return way.test(text) ? way.lastIndex : -1;
}

/**
 * Parses a text without the value that begins at `start`; whole where there is none, and where anything else is other than expected.
 * What is left out is JSON for itself, and so is the rest: then both together are, and mean just that. (But for an object that has two
 * members `metadata`, which no server writes.)
 */
function parseApart<Parsed>(
  text: string,
  start: number,
  objectIn: (parsed: Parsed) => KubernetesObject,
  tell: (parsed: Parsed, managers: Managers) => void,
): unknown {
  if (start < 0) return whole(text);
  const end = text.indexOf(END, start) + END.length;
  let from = start - `"${NAME}":`.length;
  let to = end;
  if (text.charCodeAt(to) === COMMA) to += 1;
  else if (text.charCodeAt(from - 1) === COMMA) from -= 1;
  try {
    const parsed = JSON.parse(text.slice(0, from) + text.slice(to)) as Parsed;
    const object = objectIn(parsed);
    if (object.metadata.managedFields !== undefined) return whole(text);

    const form = formOf(text, start, end, controllerUid(object));
    tell(parsed, new ApartManagers(text.slice(start, end), form));
    return parsed;
  } catch {
    // What is wrong with it, is to be said of all of it.
    return whole(text);
  }
}

function whole(text: string): unknown {
  return JSON.parse(text);
}
