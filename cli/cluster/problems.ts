import { ProjectError } from '../../project/errors.ts';
import type { Problem } from '../../project/model.ts';
import { ApiError, AutopilotError, messageOf } from '../../runtime/errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** An error that a command ends with, all that is wrong at once, and its exit code. */
export class CommandError extends ProjectError {
  readonly exitCode: ExitCode;
  /** For `result` of the JSON: what is known in spite of it. */
  readonly result: object | undefined;

  constructor(exitCode: ExitCode, problems: readonly Problem[], result?: object) {
    super(problems);
    this.exitCode = exitCode;
    this.result = result;
  }
}

export const refused = (problems: readonly Problem[]): CommandError => new CommandError(EXIT.refused, problems);

export const interrupted = (): Problem => ({
  code: 'ERR_AP_INTERRUPTED',
  message: 'Interrupted: what was done until then stands.',
  remedy: 'Start the command again; it goes on from there.',
});

/** What is wrong, of anything that was thrown, and the exit code for it. `where`: the server, for messages. */
export function explain(thrown: unknown, where: string): CommandError {
  if (thrown instanceof CommandError) return thrown;
  if (thrown instanceof ProjectError) {
    const isUsage = thrown.problems.every(({ code }) => code === 'ERR_AP_OPTION_VALUE');
    return new CommandError(isUsage ? EXIT.usage : EXIT.failed, thrown.problems);
  }
  if (thrown instanceof ApiError) return explainAnswer(thrown, where);
  if (thrown instanceof AutopilotError && thrown.code === 'ERR_AP_KUBECONFIG') return noAccess(thrown);
  const reason = connectionFailure(thrown);
  if (reason !== undefined) return new CommandError(EXIT.unreachable, [unreachable(where, reason)]);
  const code = thrown instanceof AutopilotError ? thrown.code : 'ERR_AP_UNEXPECTED';
  return new CommandError(EXIT.failed, [
    { code, message: messageOf(thrown), remedy: 'Nothing is known to do about it.' },
  ]);
}

function noAccess({ code, message }: AutopilotError): CommandError {
  const remedy = 'KUBECONFIG names the file, --context a context in it: `kubectl config get-contexts` lists them.';
  return new CommandError(EXIT.unreachable, [{ code, message, remedy }]);
}

function explainAnswer(error: ApiError, where: string): CommandError {
  const problem = (code: string, remedy: string): Problem => ({ code, message: `${error.message}.`, remedy });
  if (error.status === 401)
    return new CommandError(EXIT.unreachable, [
      problem('ERR_AP_UNAUTHORIZED', `Log in to ${where} again, or choose another context with --context.`),
    ]);
  if (error.status === 403)
    return new CommandError(EXIT.failed, [
      problem('ERR_AP_FORBIDDEN', 'Have somebody who administers the cluster grant it, or choose another context.'),
    ]);
  return new CommandError(EXIT.failed, [
    problem('ERR_AP_API', 'What the server says has to be mended; then start the command again.'),
  ]);
}

const unreachable = (where: string, reason: string): Problem => ({
  code: 'ERR_AP_UNREACHABLE',
  message: `${where} cannot be reached: ${reason}.`,
  remedy: 'See whether the cluster runs and the context is right: `kubectl cluster-info` asks the same.',
});

/** Codes of errors of names, connections and certificates, which Node and undici make. */
const CONNECTION = /^(E[A-Z]+|UND_ERR_.*|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|DEPTH_ZERO.*|SELF_SIGNED.*|UNABLE_TO_.*)$/;

/** Why a connection failed; undefined where that is not what happened. */
export function connectionFailure(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  // Several addresses were tried: the last one's error says as much as any.
  const error: unknown = thrown instanceof AggregateError ? thrown.errors.at(-1) : thrown;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return CONNECTION.test(error.code) && !error.code.startsWith('ENOENT') ? error.message || error.code : undefined;
}
