import { requireNode } from '../check-node.ts';

requireNode();

// Only now: on an older Node, Yeoman fails while it is being read.
const { AppGenerator } = await import('./generator.ts');
export default AppGenerator;
