/**
 * The parts of undici that are loaded: its entry brings fetch, caches, mocks and interceptors along, which cost an operator 12 MiB and
 * 60 ms that it has no use for. Since these files are no promise of undici's, the range of its versions in package.json is a narrow one.
 */
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export default buildConnector;
}
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export default Pool;
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import { ProxyAgent } from 'undici';
  export default ProxyAgent;
}
