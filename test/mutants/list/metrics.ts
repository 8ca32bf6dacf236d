import type { Mutant } from '../mutant.ts';

/** Who may read metrics, and by which certificate. */
export const METRICS: readonly Mutant[] = [
  {
    file: 'runtime/observe/server.ts',
    code: '(await protection?.refusal(request, pathname)) ?? page(asked);',
    broken: 'page(asked);',
    breaks: 'who is refused gets nothing',
    test: 'test/operator/secure-metrics.test.ts',
    title: 'are for those who may get /metrics, and for nobody else',
  },
  {
    file: 'runtime/observe/secure/callers.ts',
    code: 'return status?.authenticated === true ? (status.user ?? {}) : undefined;',
    broken: 'return status?.user ?? {};',
    breaks: 'a token that the API server does not know is nobody’s',
    test: 'runtime/observe/secure/callers.test.ts',
    title: 'are refused where nobody knows the token, and where they have no right',
  },
  {
    file: 'runtime/observe/secure/callers.ts',
    code: '(allowed) => (allowed ? ALLOWED_MS : DENIED_MS),',
    broken: '() => ALLOWED_MS,',
    breaks: 'a refusal does not hold for long, since a right may just have been given',
    test: 'runtime/observe/secure/callers.test.ts',
    title: 'are looked up again after a while: tokens after a minute, rights after five, refusals after half of one',
  },
  {
    file: 'runtime/observe/secure/callers.ts',
    code: 'fingerprint(JSON.stringify([user, verb, path])),',
    broken: 'fingerprint(JSON.stringify([verb, path])),',
    breaks: 'a right is that of one user',
    test: 'test/operator/secure-metrics.test.ts',
    title: 'are for those who may get /metrics, and for nobody else',
  },
  {
    file: 'runtime/observe/secure/serving-certificate.ts',
    code: 'this.#changed(found);',
    broken: '',
    breaks: 'a server shows the certificate that has changed',
    test: 'test/operator/secure-metrics.test.ts',
    title: 'show the certificate of the folder, and the next one to who connects anew',
  },
  {
    file: 'runtime/observe/endpoints.ts',
    code: 'for (const key of displaced) this.#servers.set(key, await this.#serve(key, former, formerProtection));',
    broken: '',
    breaks: 'metrics that had to make way are served again where the change cannot be',
    test: 'test/operator/secure-metrics.test.ts',
    title: 'stay as they are where the change cannot be: no such certificate, a taken address, no right to ask',
  },
];
