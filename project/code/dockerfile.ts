import type { PackageManager, ScaffoldSettings } from './settings.ts';
import { vendored } from './settings.ts';
import { lockFile } from './tooling.ts';

interface Commands {
  /** Makes the package manager available in the image; npm is there. */
  readonly setUp?: string;
  readonly install: string;
  readonly build: string;
  /** Leaves what production needs. */
  readonly prune: string;
}

const COMMANDS: Readonly<Record<PackageManager, Commands>> = {
  npm: {
    install: 'if [ -f package-lock.json ]; then npm ci; else npm install; fi',
    build: 'npm run build',
    prune: 'npm prune --omit=dev --omit=optional',
  },
  pnpm: {
    setUp: 'corepack enable',
    install: 'pnpm install',
    build: 'pnpm run build',
    prune: 'CI=true pnpm prune --prod',
  },
  yarn: {
    setUp: 'corepack enable',
    install: 'yarn install',
    build: 'yarn run build',
    prune: 'npm prune --omit=dev --no-package-lock',
  },
};

/** `Dockerfile`: compiled JavaScript and production dependencies, run by a user that is not root. */
export function dockerfile(settings: ScaffoldSettings): string {
  const commands = COMMANDS[settings.packageManager];
  const yarnrc = settings.packageManager === 'yarn' ? ' .yarnrc.yml' : '';
  return `FROM node:24-slim AS build
WORKDIR /app
${commands.setUp ? `RUN ${commands.setUp}\n` : ''}COPY package.json ${lockFile(settings)}*${yarnrc} ./
${vendored(settings) ? 'COPY vendor ./vendor\n' : ''}RUN ${commands.install}
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY scripts ./scripts
RUN ${commands.build} && ${commands.prune}

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user "node" of the image, by number: Kubernetes checks runAsNonRoot by it.
USER 1000:1000
EXPOSE 8081 9091
STOPSIGNAL SIGTERM
CMD ["node", "--enable-source-maps", "dist/main.js"]
`;
}
