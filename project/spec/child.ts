/**
 * Runs in a process of its own: imports the user's `spec.ts` and makes the CRD of it. A schema that hangs, exits or breaks
 * globals harms nothing but this process.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CrdNames, CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { locate } from './failure.ts';
import type { SpecFailure } from './failure.ts';
import type { CrdAnswer, CrdRequest } from './request.ts';

const CRD = 'autopilot-runtime/crd';
const own = import.meta.url;
const extension = own.slice(own.lastIndexOf('.'));

/** What a project without node_modules gets: the generator's own zod, and its copy of the runtime's `crd`. */
function fallback(specifier: string): string | undefined {
  if (specifier === CRD) return new URL(`../../runtime/crd/crd${extension}`, own).href;
  return specifier === 'zod' || specifier.startsWith('zod/') ? import.meta.resolve(specifier) : undefined;
}

class MissingModuleError extends Error {
  readonly specifier: string;
  readonly importer: string | undefined;

  constructor(specifier: string, importer: string | undefined, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.specifier = specifier;
    this.importer = importer;
  }
}

function resolveAs({ spec, text }: CrdRequest): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === spec && text !== undefined)
        return { url: spec, format: 'module-typescript', shortCircuit: true };
      // Our own import of it is looked up as if the user's module had it.
      const asked = specifier === CRD && context.parentURL === own ? { ...context, parentURL: spec } : context;
      try {
        return next(specifier, asked);
      } catch (error) {
        const substitute = fallback(specifier);
        if (substitute) return next(substitute, { ...context, parentURL: own });
        throw new MissingModuleError(specifier, context.parentURL, error);
      }
    },
    load(url, context, next) {
      if (url === spec && text !== undefined) return { source: text, format: 'module-typescript', shortCircuit: true };
      return next(url, context);
    },
  });
}

async function answer(request: CrdRequest): Promise<CrdAnswer> {
  resolveAs(request);
  let lacking: readonly SpecFailure[] = [];
  try {
    const schemas: unknown = await import(request.spec);
    lacking = typeof schemas === 'object' && schemas && 'status' in schemas ? [] : [noStatus(request)];
    const crd = await crdOf(request, schemas);
    return lacking.length > 0 ? { failures: lacking } : { crd };
  } catch (error) {
    return { failures: [...failuresOf(error, request), ...lacking] };
  }
}

/** A CRD can be made without it, but what is generated beside `spec.ts` imports it. */
function noStatus({ spec }: CrdRequest): SpecFailure {
  return {
    code: 'ERR_AP_SPEC_STATUS',
    file: fileURLToPath(spec),
    path: 'status',
    message: 'The module exports no `status`.',
    remedy: 'Add what workers report, for example `export const status = z.object({});`.',
  };
}

/** The project's own `crdOf` where it is installed: it is what the operator itself uses in development. */
async function crdOf(request: CrdRequest, schemas: unknown): Promise<CustomResourceDefinition> {
  const module: unknown = await import(CRD);
  if (!isCrdModule(module)) throw new TypeError(`${CRD} has no function crdOf`);
  return module.crdOf(request.names, schemas);
}

function isCrdModule(
  module: unknown,
): module is { crdOf: (names: CrdNames, schemas: unknown) => CustomResourceDefinition } {
  return typeof module === 'object' && module !== null && 'crdOf' in module && typeof module.crdOf === 'function';
}

function failuresOf(thrown: unknown, request: CrdRequest): SpecFailure[] {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const file = fileURLToPath(request.spec);
  const refusals = refusalsOf(error);
  if (refusals.length > 0) return refusals.map((refusal) => Object.assign({ file }, refusal));
  if (error instanceof MissingModuleError) return [missingModule(error, file)];
  const tools = ['../../runtime/', './'].map((folder) => fileURLToPath(new URL(folder, own)));
  const isUsers = (place: string) =>
    !place.includes(`${sep}node_modules${sep}`) && !tools.some((folder) => place.startsWith(folder));
  return [{ message: error.message, file, ...locate(error, isUsers) }];
}

/** What a `SchemaError` says, of whichever copy of the runtime it is: an instanceof would know our own only. */
function refusalsOf(error: Error): Pick<SpecFailure, 'code' | 'path' | 'message' | 'remedy'>[] {
  const problems: unknown = Reflect.get(error, 'problems');
  if (!Array.isArray(problems)) return [];
  return problems.map((problem: unknown) => {
    const text = (key: string) => {
      const value: unknown = typeof problem === 'object' && problem !== null ? Reflect.get(problem, key) : undefined;
      return typeof value === 'string' ? value : '';
    };
    return { code: text('code'), path: text('path'), message: text('message'), remedy: text('remedy') };
  });
}

/** A failed import has no place in the stack: it is looked for in the text. */
function missingModule({ specifier, importer }: MissingModuleError, spec: string): SpecFailure {
  // Our own import, of the user's module.
  if (importer === own) return { message: 'there is no such file', remedy: '`ap generate` writes it.', file: spec };
  const file = importer?.startsWith('file:') ? fileURLToPath(importer) : spec;
  const line = lineOf(file, specifier);
  return {
    message: `cannot find ${specifier}`,
    remedy: specifier.startsWith('.') ? 'Correct the import.' : 'Install the package, or correct the import.',
    file,
    ...(line > 0 ? { line } : {}),
  };
}

/** From 1; 0 where it is not found. */
function lineOf(file: string, specifier: string): number {
  try {
    const quoted = [`'${specifier}'`, `"${specifier}"`];
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.findIndex((line) => quoted.some((text) => line.includes(text))) + 1;
  } catch {
    return 0;
  }
}

process.once('message', (request: CrdRequest) => {
  void answer(request).then((result) => process.send?.(result, () => process.disconnect()));
});
