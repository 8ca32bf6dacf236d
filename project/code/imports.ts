import { posix } from 'node:path';
import { isReserved } from './names.ts';

/** The imports of one generated module: collects them, gives each a name that is free in it, renders them sorted. */
export interface Imports {
  /**
   * The local name of `name` from `module`. Type and value imports of one module are kept apart, as verbatimModuleSyntax
   * wants it. `alias` is tried where the name is taken, or first with `rename`.
   */
  type(module: string, name: string): string;
  value(module: string, name: string, rename?: string): string;
  render(): string;
}

interface Entry {
  readonly module: string;
  readonly name: string;
  readonly local: string;
  readonly isType: boolean;
}

/** `declared`: the names that the module itself declares. */
export function createImports(declared: readonly string[]): Imports {
  const taken = new Set(declared);
  const entries: Entry[] = [];

  function claim(wanted: string): string {
    let local = isReserved(wanted) ? `${wanted}_` : wanted;
    for (let count = 2; taken.has(local); count += 1) local = `${wanted}${count}`;
    taken.add(local);
    return local;
  }

  function add(module: string, name: string, isType: boolean, rename = name): string {
    const present = entries.find((entry) => entry.module === module && entry.name === name && entry.isType === isType);
    if (present) return present.local;
    const local = claim(rename);
    entries.push({ module, name, local, isType });
    return local;
  }

  return {
    type: (module, name) => add(module, name, true),
    value: (module, name, rename) => add(module, name, false, rename),
    render() {
      const statements = new Map<string, Entry[]>();
      for (const entry of entries) {
        const key = `${order(entry.module)} ${entry.module} ${entry.isType ? 0 : 1}`;
        statements.set(key, [...(statements.get(key) ?? []), entry]);
      }
      return [...statements]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, [first, ...rest]]) => (first ? statement(first, [first, ...rest]) : ''))
        .join('\n');
    },
  };
}

function statement(first: Entry, all: readonly Entry[]): string {
  const names = all
    .map(({ name, local }) => (name === local ? name : `${name} as ${local}`))
    .sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
  return `import ${first.isType ? 'type ' : ''}{ ${names.join(', ')} } from '${first.module}';`;
}

/** Packages first, then modules of the project: the far ones before the near ones. */
function order(module: string): number {
  if (module.startsWith('../')) return 1;
  return module.startsWith('./') ? 2 : 0;
}

/** The specifier for a module of the project in a file of the project; both relative to the project's folder. */
export function specifier(fromFile: string, toFile: string): string {
  const path = posix.relative(posix.dirname(fromFile), toFile);
  return path.startsWith('.') ? path : `./${path}`;
}
