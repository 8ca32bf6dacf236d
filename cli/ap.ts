#!/usr/bin/env node
import { requireNode } from '../generators/check-node.ts';

requireNode();
// Only now: on an older Node these modules would fail while they are being read.
const { main } = await import('./program.ts');
// `ap init --help | head`: that nobody reads any more is no failure, and what is being written to files goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));
