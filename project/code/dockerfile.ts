import type { Project } from '../model.ts';
import type { PackageManager, ScaffoldSettings } from './settings.ts';
import { vendored } from './settings.ts';
import { lockFile } from './tooling.ts';

interface Commands {
  /** Makes the package manager available in the image; npm is there. */
  readonly setUp?: string;
  /** By the lock file, and not otherwise. */
  readonly install: string;
  readonly build: string;
}

const COMMANDS: Readonly<Record<PackageManager, Commands>> = {
  npm: {
    install: 'npm ci',
    build: 'npm run build',
  },
  pnpm: {
    setUp: 'corepack enable',
    install: 'pnpm install --frozen-lockfile',
    build: 'pnpm run build',
  },
  yarn: {
    setUp: 'corepack enable',
    install: 'yarn install --immutable',
    build: 'yarn run build',
  },
};

/**
 * How the operator is started in the image: with stack traces that name the project's own files; with a small young generation, in which
 * what a request needs can die all the same; with V8's own threads left out, which saves 13 MiB and no CPU, since what they would compile
 * and collect beside the operator is little; and with WebAssembly (undici's parser of HTTP) compiled once and not again for speed, which
 * saves 12 MiB.
 */
export const NODE_FLAGS: readonly string[] = [
  '--enable-source-maps',
  '--max-semi-space-size=8',
  '--single-threaded',
  '--liftoff-only',
];

/**
 * The C library gives memory of this size and more back at once. Node reads from a socket into 64 KiB, and keeps what came: the holes between
 * would be 16 MiB after 10,000 resources. Only glibc reads it.
 */
export const ALLOCATOR = 'MALLOC_MMAP_THRESHOLD_=65536';

/** `nonroot` of distroless images; by number, since Kubernetes checks runAsNonRoot by it. */
const USER = '65532:65532';

/** `Dockerfile`: the bundle and nothing else, on an image without a shell, run by a user that is not root. */
export function dockerfile({ operatorName, plural, group }: Project, settings: ScaffoldSettings): string {
  const commands = COMMANDS[settings.packageManager];
  const yarnrc = settings.packageManager === 'yarn' ? ' .yarnrc.yml' : '';
  const command = (file: string) => JSON.stringify(['node', ...NODE_FLAGS, file]).replaceAll(',', ', ');
  return `# Both can be given with their digest, so that a build a year from now takes the same:
# ap build <image> --image-build-args "--build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13@sha256:…"
ARG BUILD_IMAGE=docker.io/library/node:24-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM \${BUILD_IMAGE} AS build
WORKDIR /app
${commands.setUp ? `RUN ${commands.setUp}\n` : ''}COPY package.json ${lockFile(settings)}${yarnrc} ./
${vendored(settings) ? 'COPY vendor ./vendor\n' : ''}RUN ${commands.install}
COPY tsconfig.json ./
COPY src ./src
COPY scripts ./scripts
RUN ${commands.build} && mkdir cache

FROM \${RUNTIME_IMAGE}
# What else is known of an image, its version and where it is from, \`ap build\` adds.
LABEL org.opencontainers.image.title="${operatorName}" \\
      org.opencontainers.image.description="The operator of ${plural}.${group}"
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/cache ${ALLOCATOR} PATH=/nodejs/bin:$PATH
WORKDIR /app
COPY --from=build /app/dist ./dist
COPY --from=build --chown=${USER} /app/cache ./cache
# The user "nonroot" of the image, by number: Kubernetes checks runAsNonRoot by it.
USER ${USER}
# Keeps in cache/ what Node makes of the code, so that no start has to compile it: for this user, and by the same flags as below.
RUN ${command('dist/packages.mjs')}
EXPOSE 8081 9091
STOPSIGNAL SIGTERM
ENTRYPOINT ${command('dist/main.mjs')}
`;
}
