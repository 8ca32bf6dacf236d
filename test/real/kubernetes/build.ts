// `npm run build:kubernetes`: the programs that `npm run test:real` starts, built from their Go modules where they are missing. With `--if-go`
// nothing is done on a machine without Go, where those tests are skipped, unless in CI.
import { buildPrograms, hasGo } from './programs.ts';

if (!process.argv.includes('--if-go') || hasGo() || process.env['CI']) await buildPrograms((line) => console.log(line));
