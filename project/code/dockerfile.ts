import type { PackageManager, ScaffoldSettings } from './settings.ts';
import { vendored } from './settings.ts';
import { lockFile } from './tooling.ts';

interface Commands {
  /** Makes the package manager available in the image; npm is there. */
  readonly setUp?: string;
  readonly install: string;
  readonly build: string;
}

const COMMANDS: Readonly<Record<PackageManager, Commands>> = {
  npm: {
    install: 'if [ -f package-lock.json ]; then npm ci; else npm install; fi',
    build: 'npm run build',
  },
  pnpm: {
    setUp: 'corepack enable',
    install: 'pnpm install',
    build: 'pnpm run build',
  },
  yarn: {
    setUp: 'corepack enable',
    install: 'yarn install',
    build: 'yarn run build',
  },
};

/**
 * How the operator is started in the image: with stack traces that name the project's own files; with a small young generation; with V8's
 * own threads left out, which saves 13 MiB and no CPU, since what they would compile and collect beside the operator is little; and with
 * WebAssembly (undici's parser of HTTP) compiled once and not again for speed, which saves 12 MiB.
 */
const NODE = [
  'node',
  '--enable-source-maps',
  '--max-semi-space-size=4',
  '--single-threaded',
  '--liftoff-only',
] as const;

/** `Dockerfile`: the bundle and nothing else, run by a user that is not root. */
export function dockerfile(settings: ScaffoldSettings): string {
  const commands = COMMANDS[settings.packageManager];
  const yarnrc = settings.packageManager === 'yarn' ? ' .yarnrc.yml' : '';
  const command = (file: string) => JSON.stringify([...NODE, file]).replaceAll(',', ', ');
  return `FROM node:24-slim AS build
WORKDIR /app
${commands.setUp ? `RUN ${commands.setUp}\n` : ''}COPY package.json ${lockFile(settings)}*${yarnrc} ./
${vendored(settings) ? 'COPY vendor ./vendor\n' : ''}RUN ${commands.install}
COPY tsconfig.json ./
COPY src ./src
COPY scripts ./scripts
RUN ${commands.build}

FROM node:24-slim
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/cache
WORKDIR /app
COPY --from=build /app/dist ./dist
RUN mkdir cache && chown 1000:1000 cache
# The user "node" of the image, by number: Kubernetes checks runAsNonRoot by it.
USER 1000:1000
# Keeps in cache/ what Node makes of the code, so that no start has to compile it: for this user, and by the same flags as below.
RUN ${command('dist/packages.mjs')}
EXPOSE 8081 9091
STOPSIGNAL SIGTERM
CMD ${command('dist/main.mjs')}
`;
}
