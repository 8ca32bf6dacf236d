/** Which types fit in the place of others, and what that says of type parameters. Source: cel-go/checker/types.go. */
import { DYN, parameterAt, sameType, type CelType } from './types.ts';

/** What is known of type parameters, by name. */
export class Substitutions {
  #known: Map<string, CelType>;

  constructor(known: ReadonlyMap<string, CelType> = new Map()) {
    this.#known = new Map(known);
  }

  /** Whether `b` can be given where `a` is wanted; what follows for parameters is kept only if so. */
  assign(a: CelType, b: CelType): boolean {
    return this.assignAll([a], [b]);
  }

  assignAll(wanted: readonly CelType[], given: readonly CelType[]): boolean {
    const before = new Map(this.#known);
    if (this.#assignEach(wanted, given)) return true;
    this.#known = before;
    return false;
  }

  /** @param free what becomes of parameters that nothing is known of: `dyn`, or they stay. */
  apply(type: CelType, free: 'dyn' | 'stay'): CelType {
    if (type.kind === 'parameter') {
      const found = this.#known.get(type.name);
      if (found !== undefined) return this.apply(found, free);
      return free === 'dyn' ? DYN : type;
    }
    if (type.parameters.length === 0) return type;
    return { ...type, parameters: type.parameters.map((inner) => this.apply(inner, free)) };
  }

  #assignEach(a: readonly CelType[], b: readonly CelType[]): boolean {
    return a.length === b.length && a.every((type, index) => this.#assign(type, parameterAtList(b, index)));
  }

  #assign(a: CelType, b: CelType): boolean {
    if (b.kind === 'parameter') {
      const { valid, known } = this.#substitute(a, b);
      if (valid) return true;
      if (known) return false;
    }
    if (a.kind === 'parameter') return this.#substitute(b, a).valid;
    if (isOpen(a) || isOpen(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    if (a.kind === 'type') return b.kind === 'type';
    return a.kind === b.kind && a.name === b.name && this.#assignEach(a.parameters, b.parameters);
  }

  /** Whether parameter `b` may stand for `a`. */
  #substitute(a: CelType, b: CelType): { readonly valid: boolean; readonly known: boolean } {
    if (sameType(a, b)) return { valid: true, known: true };
    const found = this.#known.get(b.name);
    if (found !== undefined) {
      if (sameType(a, found)) return { valid: true, known: true };
      if (!this.#assign(a, found)) return { valid: false, known: true };
      const general = mostGeneral(a, found);
      if (!this.#occurs(b, general)) this.#known.set(b.name, general);
      return { valid: true, known: true };
    }
    if (this.#occurs(b, a)) return { valid: false, known: false };
    this.#known.set(b.name, a);
    return { valid: true, known: false };
  }

  /** Whether a parameter is part of a type, which would be endless. */
  #occurs(wanted: CelType, type: CelType): boolean {
    if (sameType(wanted, type)) return true;
    if (type.kind === 'parameter') {
      const found = this.#known.get(type.name);
      return found !== undefined && this.#occurs(wanted, found);
    }
    return type.parameters.some((inner) => this.#occurs(wanted, inner));
  }
}

const parameterAtList = (list: readonly CelType[], index: number): CelType => list[index] ?? DYN;
const isOpen = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'error';
const isNullable = ({ kind }: CelType): boolean => ['opaque', 'struct', 'duration', 'timestamp', 'null'].includes(kind);

/** The one of two types that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b;
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true;
  if (b.kind === 'dyn' || b.kind === 'parameter') return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((inner, index) => isLessSpecific(inner, parameterAt(b, index)));
}
