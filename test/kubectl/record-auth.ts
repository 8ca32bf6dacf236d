/**
 * Notes what kubectl says about rights on a real server: `node test/kubectl/record-auth.ts KUBECONFIG`. What the embedded cluster
 * makes it say is compared with that in `auth.test.ts`.
 */
import { writeFile } from 'node:fs/promises';
import * as prettier from 'prettier';
import { playAuth } from './auth-commands.ts';
import { findKubectls } from './find-kubectl.ts';
import { Kubectl } from './kubectl.ts';

const [kubeconfig] = process.argv.slice(2);
const program = findKubectls()[0]?.program;
if (kubeconfig === undefined || program === undefined) {
  console.error('usage: node test/kubectl/record-auth.ts KUBECONFIG, with a kubectl');
  process.exit(2);
}
const kubectl = await Kubectl.create(program, kubeconfig);
const said = await playAuth(kubectl);
await kubectl.remove();
const file = new URL('recorded-auth.json', import.meta.url);
await writeFile(
  file,
  await prettier.format(JSON.stringify(said), { ...(await prettier.resolveConfig(file)), parser: 'json' }),
);
console.log(`${said.length} commands`);
