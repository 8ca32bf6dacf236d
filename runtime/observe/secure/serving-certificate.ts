import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, Timer } from '../../clock.ts';
import { WatchedFile } from '../../config/watched-file.ts';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../logger.ts';
import { CERTIFICATE_FILE, KEY_FILE, readKeyPair, type KeyPair } from './key-pair.ts';
import { selfSigned } from './self-signed.ts';

export interface ServingCertificateOptions {
  /** Where `tls.crt` and `tls.key` are, now or later; '' for nowhere. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Both files are replaced at about the same time, and each is told of by itself. */
const QUIET_MS = 200;

/**
 * What a server shows who it is by: the files of a folder, which are taken up anew whenever they change, or, until there are any, a
 * certificate that it signs itself. Files that do not go together, or are gone, leave the former pair in use, and a line in the log.
 */
export class ServingCertificate {
  readonly #options: ServingCertificateOptions;
  readonly #files: readonly WatchedFile[];
  #pair: KeyPair;
  #changed: (pair: KeyPair) => void = () => undefined;
  #look: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** What was said of files that are not taken up, so that it is said once. */
  #told: string | undefined;

  private constructor(options: ServingCertificateOptions, found: KeyPair | undefined) {
    this.#options = options;
    const { folder, clock, logger } = options;
    this.#pair = found ?? selfSigned([hostname()], new Date(clock.now()));
    this.#tell();
    const known = { [CERTIFICATE_FILE]: found?.cert, [KEY_FILE]: found?.key };
    this.#files =
      folder === ''
        ? []
        : Object.entries(known).map(
            ([name, text]) =>
              new WatchedFile({
                path: join(folder, name),
                known: text,
                clock,
                changed: () => this.#lookSoon(),
                unreadable: (error) => logger.warn(`${join(folder, name)} cannot be read: ${messageOf(error)}`),
              }),
          );
  }

  /** Resolves once no change of the files is missed any more. Throws ERR_AP_CERTIFICATE where those that are there cannot be used. */
  static async open(options: ServingCertificateOptions): Promise<ServingCertificate> {
    const found = options.folder === '' ? undefined : await readKeyPair(options.folder);
    const certificate = new ServingCertificate(options, found);
    await Promise.all(certificate.#files.map((file) => file.start()));
    return certificate;
  }

  get pair(): KeyPair {
    return this.#pair;
  }

  /** Hands each later pair to the one who listens. */
  onChange(listener: (pair: KeyPair) => void): void {
    this.#changed = listener;
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.stop()));
    this.#look?.cancel();
    await this.#looking;
  }

  #lookSoon(): void {
    this.#look?.cancel();
    this.#look = this.#options.clock.after(QUIET_MS, () => {
      this.#looking = this.#looking.then(() => this.#take());
    });
  }

  async #take(): Promise<void> {
    const { folder, logger } = this.#options;
    try {
      const found = await readKeyPair(folder);
      if (!found) logger.warn(`${folder} has no certificate any more: the former one stays in use`);
      else if (found.cert !== this.#pair.cert || found.key !== this.#pair.key) {
        this.#pair = found;
        this.#changed(found);
        this.#tell();
      }
      this.#told = undefined;
    } catch (error) {
      const message = messageOf(error);
      if (message !== this.#told) logger.warn(`the former certificate stays in use: ${message}`);
      this.#told = message;
    }
  }

  #tell(): void {
    const { subject, issuer, validTo } = new X509Certificate(this.#pair.cert);
    this.#options.logger.info({ subject, issuer, validTo }, 'metrics are served with this certificate');
  }
}
