// `npm run build:kubernetes`: the programs that `npm run test:real` starts, built from their Go modules where they are missing.
import { buildPrograms } from './programs.ts';

await buildPrograms((line) => console.log(line));
