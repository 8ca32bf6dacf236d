import type { Authorizer } from '../auth/authorizer.ts';
import type { User } from '../auth/user.ts';
import type { Clock } from '../clock.ts';
import type { KindRegistry } from '../kinds/registry.ts';
import type { Store } from '../store/store.ts';

/** What the verbs work on: one cluster's state. */
export interface Api {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  /** Whether owners can be set only by who may delete the object, and may block a deletion only for who may set finalizers. */
  readonly ownerPermissions: boolean;
  /** Milliseconds between two bookmarks of a watch that asked for them. */
  readonly bookmarkInterval: number;
}

/** How a write is to be done, and by whom. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** `fieldManager` of the request, else made of its user agent. */
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly user: User;
  /** Refuses, 403, to create what a PUT or an apply does not find; absent: whoever may change it may create it. */
  readonly demandCreate?: (() => void) | undefined;
  /** Sends a warning along with the answer. */
  readonly warn: (text: string) => void;
}

/** Options of a write that the server does by itself. */
export function ownWrite(user: User, fieldManager: string): WriteOptions {
  return { dryRun: false, fieldManager, fieldValidation: 'Ignore', user, warn: () => undefined };
}
