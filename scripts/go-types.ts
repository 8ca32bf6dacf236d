/**
 * Reads the struct types of Go packages as far as JSON is concerned: which fields are left out when empty.
 * It knows the plain way in which Kubernetes' types.go files are written, not the whole language.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GoField {
  /** See `GoEmpty` of devcluster/schema/schema.ts; undefined for a pointer that is left out when nil. */
  readonly empty: 'omit' | 'struct' | 'null' | 'zero' | undefined;
  /** The type's name, where it is neither a basic type nor a struct: `v1.Protocol`. */
  readonly named: string | undefined;
}

interface Declaration {
  readonly package: GoPackage;
  /** `struct`, or what the type is declared as: `string`, `[]Item`, `map[string]Quantity` … */
  readonly definition: string;
  readonly lines: readonly string[];
}

interface GoPackage {
  readonly path: string;
  readonly declarations: Map<string, Declaration>;
  /** Import paths by the names that the files use. */
  readonly imports: Map<string, string>;
}

/** Structs that marshal themselves, and what of. */
const OWN_JSON: Readonly<Record<string, GoField['empty']>> = {
  'k8s.io/apimachinery/pkg/apis/meta/v1.Time': 'null',
  'k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime': 'null',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Duration': 'zero',
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'zero',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'zero',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'null',
  'k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1': 'null',
};

const BASIC = /^(string|bool|byte|u?int(8|16|32|64)?|float(32|64))$/;

export class GoTypes {
  readonly #modules: ReadonlyMap<string, string>;
  readonly #packages = new Map<string, GoPackage | undefined>();

  /** @param modules folders of modules, by their paths. */
  constructor(modules: ReadonlyMap<string, string>) {
    this.#modules = modules;
  }

  /** The fields of a struct by their names in JSON, those of embedded structs too; undefined if there is no such struct. */
  struct(packagePath: string, name: string): Map<string, GoField> | undefined {
    const declaration = this.#package(packagePath)?.declarations.get(name);
    if (declaration === undefined || declaration.definition !== 'struct') return undefined;
    const fields = new Map<string, GoField>();
    for (const line of declaration.lines) this.#readField(declaration.package, line, fields);
    return fields;
  }

  #readField(from: GoPackage, line: string, fields: Map<string, GoField>): void {
    const match = /^\s*(?:(\w+)\s+)?([^\s`]+)\s+`(?:.*\s)?json:"([^"]*)"/.exec(line);
    if (match === null) return;
    const [, , type = '', tag = ''] = match;
    const [name = '', ...options] = tag.split(',');
    if (name === '-') return;
    if (name === '' || options.includes('inline')) {
      const [packagePath, typeName] = this.#resolve(from, type.replace(/^\*/, ''));
      for (const [inner, field] of this.struct(packagePath, typeName) ?? []) fields.set(inner, field);
      return;
    }
    fields.set(name, {
      empty: this.#emptiness(from, type, options.includes('omitempty'), options.includes('omitzero')),
      named: this.#nameOf(from, type),
    });
  }

  #emptiness(from: GoPackage, type: string, omitEmpty: boolean, omitZero: boolean): GoField['empty'] {
    if (type.startsWith('*')) return omitEmpty ? undefined : 'null';
    if (type.startsWith('[]') || type.startsWith('map[')) return omitEmpty ? 'omit' : 'null';
    if (BASIC.test(type)) return omitEmpty ? 'omit' : 'zero';
    const [packagePath, name] = this.#resolve(from, type);
    const own = OWN_JSON[`${packagePath}.${name}`];
    if (own !== undefined) return omitZero ? 'omit' : own;
    const declaration = this.#package(packagePath)?.declarations.get(name);
    if (declaration === undefined) throw new Error(`no type ${packagePath}.${name}`);
    if (declaration.definition === 'struct') return omitZero ? 'omit' : 'struct';
    return this.#emptiness(declaration.package, declaration.definition, omitEmpty, omitZero);
  }

  #nameOf(from: GoPackage, type: string): string | undefined {
    const plain = type.replace(/^\*/, '');
    if (plain.startsWith('[') || plain.startsWith('map[') || BASIC.test(plain)) return undefined;
    const [packagePath, name] = this.#resolve(from, plain);
    const declaration = this.#package(packagePath)?.declarations.get(name);
    if (declaration === undefined || declaration.definition === 'struct') return undefined;
    return `${packagePath.slice(packagePath.lastIndexOf('/') + 1)}.${name}`;
  }

  #resolve(from: GoPackage, type: string): [packagePath: string, name: string] {
    const dot = type.indexOf('.');
    if (dot < 0) return [from.path, type];
    return [from.imports.get(type.slice(0, dot)) ?? type.slice(0, dot), type.slice(dot + 1)];
  }

  #package(path: string): GoPackage | undefined {
    if (!this.#packages.has(path)) this.#packages.set(path, this.#readPackage(path));
    return this.#packages.get(path);
  }

  #readPackage(path: string): GoPackage | undefined {
    const module = [...this.#modules.keys()].find((root) => path === root || path.startsWith(`${root}/`));
    if (module === undefined) return undefined;
    const folder = join(this.#modules.get(module) ?? '', path.slice(module.length));
    if (!existsSync(folder)) return undefined;
    const read: GoPackage = { path, declarations: new Map(), imports: new Map() };
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.go') && !file.endsWith('_test.go') && !file.startsWith('zz_generated')) {
        readFile(read, readFileSync(join(folder, file), 'utf8'));
      }
    }
    return read;
  }
}

function readFile(into: GoPackage, text: string): void {
  for (const [, alias, path = ''] of text.matchAll(/^\s*(?:import\s+)?(\w+)?\s*"([\w./-]+)"$/gm)) {
    into.imports.set(alias ?? path.slice(path.lastIndexOf('/') + 1), path);
  }
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const match = /^type (\w+) (?:= )?(.+?)\s*(?:\/\/.*)?$/.exec(lines[i] ?? '');
    if (match === null) continue;
    const [, name = '', definition = ''] = match;
    const body: string[] = [];
    if (definition.startsWith('struct') && !definition.endsWith('}')) {
      for (i++; i < lines.length && lines[i] !== '}'; i++) body.push(lines[i] ?? '');
    }
    const plain = definition.startsWith('struct') ? 'struct' : definition;
    into.declarations.set(name, { package: into, definition: plain, lines: body });
  }
}
