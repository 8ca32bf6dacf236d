#!/usr/bin/env node
import { requireNode } from '../generators/check-node.ts';

requireNode();
// Only now: on an older Node these modules would fail while they are being read.
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
