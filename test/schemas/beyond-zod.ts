/** What extensions of Kubernetes ask of a value beside zod: schemas of the corpus that have such. True: it is so. */
export function beyondZod(name: string, value: unknown): boolean {
  return RULES[name]?.(value) ?? true;
}

const RULES: Readonly<Record<string, (value: unknown) => boolean>> = {
  sets: (value) => isUnique(at(value, 'finalizers')) && isUnique(at(value, 'numbers')),
  keyedLists(value) {
    const ports = at(value, 'ports');
    return !Array.isArray(ports) || isUnique(ports.map((port: unknown) => [at(port, 'port'), at(port, 'protocol')]));
  },
};

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isUnique(list: unknown): boolean {
  return !Array.isArray(list) || new Set(list.map((item) => JSON.stringify(item))).size === list.length;
}
