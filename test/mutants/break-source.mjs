// Loaded before all else into a process of mocha: gives it one source file with the break that MUTANT asks for. Nothing is written.
import { registerHooks } from 'node:module';

const { url, code, broken } = JSON.parse(process.env.MUTANT);

registerHooks({
  load(asked, context, next) {
    const loaded = next(asked, context);
    if (asked !== url) return loaded;
    const source = String(loaded.source);
    if (source.split(code).length !== 2) throw new Error(`${url} does not have ${JSON.stringify(code)} exactly once`);
    return { ...loaded, source: source.replace(code, () => broken) };
  },
});
