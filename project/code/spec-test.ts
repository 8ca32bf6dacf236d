import type { Project } from '../model.ts';
import { docComment } from './comment.ts';
import { createImports, specifier } from './imports.ts';
import { projectPaths } from './paths.ts';

/** `test/example.ts`: the resource that the tests work with. */
export function exampleFile(project: Project): string {
  const paths = projectPaths(project);
  const imports = createImports(['example']);
  const z = imports.type('zod', 'z');
  const spec = imports.type(specifier(paths.example, paths.spec), 'spec');
  const namespace = project.scope === 'Namespaced' ? `, namespace: 'default'` : '';
  return `${imports.render()}

${docComment(`The ${project.kind} of the tests. The compiler says so here when the API asks for more.`)}
export const example = {
  apiVersion: '${project.group}/${project.version}',
  kind: '${project.kind}',
  metadata: { name: 'example'${namespace} },
  spec: {} satisfies ${z}.input<typeof ${spec}>,
};
`;
}

/** `test/api/spec.test.ts`: that the API takes what it is meant for. A project has it before it has phases. */
export function specTestFile(project: Project): string {
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.specTest, file);
  return `import assert from 'node:assert/strict';
import { spec } from '${from(paths.spec)}';
import { example } from '${from(paths.example)}';

describe('The API of ${project.kind}', () => {
  it('takes the example', () => {
    // What the API shall refuse is worth a test, too: assert.throws(() => spec.parse({ … })).
    assert.doesNotThrow(() => spec.parse(example.spec));
  });
});
`;
}
