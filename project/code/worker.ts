import type { Phase, Project } from '../model.ts';
import { docComment, lineComment, wrap } from './comment.ts';
import { createImports } from './imports.ts';
import { kindNames, phaseNames } from './names.ts';
import { outputExample, patchExample } from './output-example.ts';
import { stubRoute } from './route.ts';

/**
 * `src/workers/<phase>/worker.ts`: a stub for its user to fill. It reads the phase's first input, so that there is a line to
 * start from, and goes where {@link stubRoute} says.
 */
export function workerFile(project: Project, phase: Phase): string {
  const { key } = kindNames(project.kind);
  const names = phaseNames(phase.name);
  const imports = createImports(['worker']);
  const type = imports.type('./io.ts', names.worker);
  const input = phase.inputs.find(({ parameter }) => parameter.type === 'resource')?.parameter;
  const found = `${key}.metadata.name`;
  const target = stubRoute(project.phases).get(phase.name) ?? phase.name;
  const article = /^[AEIOU]/.test(project.kind) ? 'an' : 'a';

  const read = input
    ? [
        `const found = inputs.${input.key}.list();`,
        `logger.info({ name: ${found}, ${input.key}: found.length }, '${phase.name}');`,
      ]
    : [`logger.info({ name: ${found} }, '${phase.name}');`];
  const comment = docComment(
    phase.description,
    `Runs when ${article} ${project.kind} comes to this phase, and again when its spec or something that was read here has changed: ` +
      `a function of what it is given, that keeps nothing between two runs.`,
  );
  return `${imports.render()}

${comment}
export const worker: ${type} = async ({ ${[key, ...(input ? ['inputs'] : []), 'logger'].join(', ')} }) => {
  ${read.join('\n')}

  return {
    ${target === phase.name ? '// Stays in this phase.\n' : ''}phase: '${target}',
    ${lineComment([...outputLines(project, phase), ...patchLines(project, phase), ...statusLines])}
  };
};
`;
}

const statusLines = [
  '`status` is what to report. It replaces what was reported before; without it, that stays.',
  "status: { lastMessage: 'Done' },",
];

/** Comments are indented by four, and the formatter leaves their length alone. */
const COMMENT_WIDTH = 92;

function outputLines(project: Project, phase: Phase): string[] {
  if (phase.outputs.length === 0) return [];
  const { key } = kindNames(project.kind);
  const examples = phase.outputs.flatMap(({ parameter }) => outputExample(parameter, `${key}.metadata.name`));
  return [
    ...wrap(
      `\`outputs\` is what shall exist. It belongs to the ${project.kind}: deleted when it is no longer returned, and gone with the ${project.kind}.`,
      COMMENT_WIDTH,
    ),
    'outputs: {',
    ...examples.map((line) => `  ${line}`),
    '},',
  ];
}

function patchLines(project: Project, { patches }: Phase): string[] {
  if (patches.length === 0) return [];
  return [
    "`patches` sets fields in others' objects. They are given up once they are no longer returned.",
    'patches: {',
    ...patches.map(({ parameter }) => `  ${patchExample(parameter, project)}`),
    '},',
  ];
}
