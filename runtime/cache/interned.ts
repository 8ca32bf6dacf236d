/** Texts beyond this length are hardly ever the same in two objects. */
const LONGEST = 4096;
/** So many texts are known at once, twice. */
const MOST = 2048;

/**
 * Texts that many objects have in common, once each. What was asked for lately is known, in two generations: those that only one object
 * has are forgotten with theirs, the common ones are asked for again in time.
 */
let young = new Map<string, string>();
let old = new Map<string, string>();

/** The same text; the same string too where it was asked for before, not too long ago. */
export function interned(text: string): string {
  const known = young.get(text);
  if (known !== undefined) return known;
  if (text.length > LONGEST) return text;
  if (young.size >= MOST) {
    old = young;
    young = new Map();
  }
  const kept = old.get(text) ?? text;
  young.set(kept, kept);
  return kept;
}

/** Members whose values no other object has. */
const UNIQUE: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'name', 'generateName', 'selfLink']);

/** All that a resource owns names it. */
const NAMED_BY_MANY = 'ownerReferences';
const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * Interns the texts within a JSON value, but for members that are unique; changes nothing that could be seen. What is frozen is left as it is.
 */
export function internTexts(value: object, unique: ReadonlySet<string> = UNIQUE): void {
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item === 'string') value[index] = interned(item);
      else if (typeof item === 'object' && item !== null) internTexts(item, unique);
    }
    return;
  }
  const members = value as Record<string, unknown>;
  for (const name in members) {
    const member = members[name];
    if (typeof member === 'object') {
      if (member !== null) internTexts(member, name === NAMED_BY_MANY ? NO_NAMES : unique);
    } else if (typeof member === 'string' && !unique.has(name)) {
      members[name] = interned(member);
    }
  }
}
