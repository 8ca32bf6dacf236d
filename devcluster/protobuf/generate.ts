/**
 * Writes fields.json: the numbers and types of the fields in Kubernetes' protobuf encoding.
 *
 *   node devcluster/protobuf/generate.ts MODULE
 *
 * MODULE: a folder with a go.mod that pins the version of Kubernetes. Types are read from its packages' generated.proto, names in
 * JSON from the tags in their Go files. Needs Go.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as prettier from 'prettier';

const MODULES = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'];
/** Stable versions only: no others are served. */
const FILE = /(\/(v\d+)|\/runtime|\/intstr|\/resource|\/schema)\/generated\.proto$/;

const [moduleFolder] = process.argv.slice(2);
if (moduleFolder === undefined) {
  console.error('usage: node devcluster/protobuf/generate.ts MODULE');
  process.exit(2);
}

const listed = execFileSync('go', ['list', '-m', '-f', '{{.Path}} {{.Version}} {{.Dir}}', ...MODULES], {
  cwd: moduleFolder,
});
const modules = listed
  .toString()
  .trim()
  .split('\n')
  .map((line) => line.split(' '));

const messages: Record<string, string> = {};
for (const [, , folder = ''] of modules) {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, entry);
    if (FILE.test(file) && existsSync(file)) readProto(file);
  }
}
const sorted = Object.fromEntries(Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1)));
const output = new URL('fields.json', import.meta.url);
const source = modules.map(([path, version]) => `${path} ${version}`).join(', ');
const style = await prettier.resolveConfig(output);
writeFileSync(
  output,
  await prettier.format(JSON.stringify({ source, messages: sorted }), { ...style, parser: 'json' }),
);
console.log(`${Object.keys(sorted).length} messages of ${source}`);

/** `k8s.io.api.core.v1.Pod` is `api.core.v1.Pod`, as in the OpenAPI definitions. */
function shortName(name: string): string {
  return name.replace(/^\.?k8s\.io\./, '').replaceAll('_', '-');
}

function readProto(file: string): void {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\/.*$/gm, '');
  const name = /^package ([^;]+);/m.exec(text)?.[1] ?? '';
  const tags = readTags(dirname(file));
  for (const [, message = '', body = ''] of text.matchAll(/^message (\w+) \{([^]*?)^\}/gm)) {
    const fields = [...body.matchAll(/^\s*(optional|repeated)?\s*(map<string, ([^>]+)>|[\w.]+) (\w+) = (\d+);/gm)].map(
      ([, label, type = '', value, field = '', number = '']) => {
        const json = tags.get(`${message} ${number}`) ?? field;
        const shape = value === undefined ? (label === 'repeated' ? '*' : '') : '%';
        return `${number} ${json} ${shape}${typeOf(value ?? type, name)}`;
      },
    );
    messages[`${shortName(name)}.${message}`] = fields.join(';');
  }
}

function typeOf(type: string, own: string): string {
  if (/^(string|bytes|bool|double|int32|int64)$/.test(type)) return type;
  return shortName(type.startsWith('.') ? type : `${own}.${type}`);
}

/** Names in JSON by struct and number; `-` for what is inlined. */
function readTags(folder: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || file.startsWith('zz_') || file.startsWith('generated'))
      continue;
    let struct = '';
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      struct = /^type (\w+) struct/.exec(line)?.[1] ?? struct;
      const json = /json:"([^",]*)([^"]*)"/.exec(line);
      const number = /protobuf:"\w+,(\d+),/.exec(line)?.[1];
      if (json && number !== undefined)
        tags.set(`${struct} ${number}`, json[1] === '' || json[2]?.includes('inline') ? '-' : (json[1] ?? ''));
    }
  }
  return tags;
}
