import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../clock.ts';
import { isStatus, messageOf } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { apiVersionOf } from '../../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../../kube/types.ts';
import type { Logger } from '../logger.ts';
import type { Answer } from '../server.ts';
import { ReviewCache } from './review-cache.ts';

export interface CallersOptions {
  /** One that may send at any time: a standby is asked for its metrics, too. */
  readonly client: Pick<KubeClient, 'create'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const TOKEN_REVIEW: ResourceType = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
const ACCESS_REVIEW: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};

/** How long answers hold: controller-runtime's times. A right that is taken away holds for at most five minutes more. */
const WHO_MS = 60_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
/** Longest wait for the API server. */
const DEADLINE_MS = 10_000;
/** Who sends many wrong tokens shall not keep the API server from the operator's own work. */
const MOST_AT_ONCE = 8;

/** As a TokenReview tells of it. */
interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

type TokenAnswer = KubernetesObject & {
  readonly status?: { readonly authenticated?: boolean; readonly user?: User };
};
type AccessAnswer = KubernetesObject & { readonly status?: { readonly allowed?: boolean } };

/** More is under way than may be. */
class Busy extends Error {}

/**
 * Asks the API server who a caller is, by the token that they send (TokenReview), and whether they may do what they ask for, as a rule for
 * `nonResourceURLs` says it (SubjectAccessReview).
 */
export class Callers {
  readonly #options: CallersOptions;
  readonly #users: ReviewCache<User | undefined>;
  readonly #rights: ReviewCache<boolean>;
  #underWay = 0;
  #told: string | undefined;

  constructor(options: CallersOptions) {
    this.#options = options;
    this.#users = new ReviewCache(options.clock);
    this.#rights = new ReviewCache(options.clock);
  }

  /** What to answer who may not have this path: 401, 403, 429 where too many ask, 500 where the API server does not answer. */
  async refusal({ headers, method = 'GET' }: IncomingMessage, path: string): Promise<Answer | undefined> {
    const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) return UNAUTHORIZED;
    try {
      const user = await this.#users.get(
        fingerprint(token),
        () => this.#userOf(token),
        () => WHO_MS,
      );
      if (!user) return UNAUTHORIZED;
      const verb = method.toLowerCase();
      const isAllowed = await this.#rights.get(
        fingerprint(JSON.stringify([user, verb, path])),
        () => this.#mayDo(user, verb, path),
        (allowed) => (allowed ? ALLOWED_MS : DENIED_MS),
      );
      this.#told = undefined;
      return isAllowed ? undefined : text(403, `${user.username} may not ${verb} ${path}\n`);
    } catch (error) {
      if (error instanceof Busy) return text(429, 'too many callers are being looked up\n', { 'retry-after': '1' });
      this.#tell(error);
      return text(500, 'the API server could not be asked who this is\n');
    }
  }

  async #userOf(token: string): Promise<User | undefined> {
    const { status } = (await this.#review(TOKEN_REVIEW, { token })) as TokenAnswer;
    return status?.authenticated === true ? (status.user ?? {}) : undefined;
  }

  async #mayDo({ username, ...user }: User, verb: string, path: string): Promise<boolean> {
    const spec = { user: username, ...user, nonResourceAttributes: { verb, path } };
    const { status } = (await this.#review(ACCESS_REVIEW, spec)) as AccessAnswer;
    return status?.allowed === true;
  }

  async #review(type: ResourceType, spec: object): Promise<KubernetesObject> {
    if (this.#underWay >= MOST_AT_ONCE) throw new Busy();
    const { client, clock } = this.#options;
    const late = new AbortController();
    const timer = clock.after(DEADLINE_MS, () => late.abort());
    this.#underWay += 1;
    try {
      // It is stored nowhere and has no name.
      const review = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name: '' }, spec };
      return await client.create(type, review, { signal: late.signal });
    } finally {
      this.#underWay -= 1;
      timer.cancel();
    }
  }

  #tell(error: unknown): void {
    const problem = messageOf(error);
    if (problem === this.#told) return;
    this.#told = problem;
    const remedy = isStatus(error, 403) ? ' deploy/overlays/production has the rights that it needs.' : '';
    this.#options.logger.error({ err: error }, `metrics are refused to everybody: ${problem}.${remedy}`);
  }
}

const UNAUTHORIZED = text(401, 'send the token of an account that may get this: Authorization: Bearer …\n', {
  'www-authenticate': 'Bearer',
});

function text(status: number, body: string, headers?: Answer['headers']): Answer {
  return { status, type: 'text/plain', body, ...(headers && { headers }) };
}

/** Tokens themselves are not kept. */
function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
