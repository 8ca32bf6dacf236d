import { readFile } from 'node:fs/promises';

/** A fenced block of the tutorial in README.md. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Its line in README.md, for messages. */
  readonly line: number;
}

/** The fenced blocks between the tutorial's heading and the next one of its rank, in order. */
export async function tutorialBlocks(readme: string): Promise<readonly Block[]> {
  const lines = (await readFile(readme, 'utf8')).split('\n');
  const first = lines.findIndex((line) => line.startsWith('## Tutorial'));
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly from: number } | undefined;
  for (let index = first + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (!open && line.startsWith('## ')) break;
    if (!line.startsWith('```')) continue;
    if (open) blocks.push({ language: open.language, text: lines.slice(open.from, index).join('\n'), line: open.from });
    open = open ? undefined : { language: line.slice(3), from: index + 1 };
  }
  return blocks;
}

/**
 * The tutorial as one bash script, which does what its reader does: types each block, writes each file that a block of code names in its
 * first line, leaves `npm run dev` running, and goes on in a second terminal once the operator is up.
 */
export function tutorialScript(blocks: readonly Block[]): string {
  const steps = blocks.map(({ language, text, line }) => {
    const said = `echo "=== README.md:${line}"`;
    if (language === 'sh' && text === 'npm run dev') return `${said}\n${DEV}`;
    if (language === 'sh') return `${said}\nset -x\n${text}\n{ set +x; } 2>/dev/null`;
    const [, file] = /^\/\/ (\S+)\n/.exec(text) ?? [];
    if (language !== 'ts' || file === undefined) throw new Error(`README.md:${line}: a block that cannot be followed`);
    return `${said}\ntest -f ${file}\ncat > ${file} <<'END_OF_FILE'\n${text}\nEND_OF_FILE`;
  });
  return ['set -euo pipefail', ...steps, ''].join('\n\n');
}

const DEV = `npm run dev > dev.log 2>&1 &
trap "kill $!; wait $! || true; cat dev.log" EXIT
for tries in $(seq 300); do
  if grep -q "operator .*watches" dev.log; then break; fi
  if ! kill -0 $! 2>/dev/null || [ "$tries" = 300 ]; then echo "the operator did not start"; exit 1; fi
  sleep 0.1
done`;
