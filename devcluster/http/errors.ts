import { ApplyConflictError, ApplyRefusedError } from '../apply/apply.ts';
import { PatchError } from '../patch/patch-error.ts';
import { ProtobufError } from '../protobuf/wire.ts';
import { internalError, plainError, StatusError } from './status.ts';

/** What went wrong, as the API says it. Anything unforeseen is a 500 and goes to `report` too. */
export function toStatusError(error: unknown, report: (error: unknown) => void): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof ApplyConflictError) {
    return new StatusError(409, 'Conflict', error.message, { details: { causes: error.causes } });
  }
  if (error instanceof PatchError) return fromPatch(error);
  if (error instanceof ProtobufError) return new StatusError(400, 'BadRequest', error.message);
  if (error instanceof ApplyRefusedError) {
    return error.code === 400 ? new StatusError(400, 'BadRequest', error.message) : plainError(error.message);
  }
  report(error);
  return internalError(error instanceof Error ? error.message : String(error));
}

function fromPatch({ code, reason, message }: PatchError): StatusError {
  if (code === 500) return plainError(message);
  if (code === 413) return new StatusError(code, reason, `Request entity too large: ${message}`);
  return new StatusError(code, reason, message, code === 422 ? { details: {} } : {});
}
