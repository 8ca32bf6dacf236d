import { Buffer } from 'node:buffer';
import { unifiedDiff } from '../../generators/diff.ts';
import { toYaml } from '../../project/manifests/yaml.ts';
import type { PlayedChange, PlayedStep } from './messages.ts';

/** Whether a sync would do anything that somebody could want to know of. */
export function isNews({ changes, messages, outcome }: PlayedStep): boolean {
  return changes.length > 0 || messages.length > 0 || outcome === 'restless';
}

/** What one sync would do, for a person: a headline, what is wrong, and a unified diff for each object. */
export function stepText(step: PlayedStep, kind: string): readonly string[] {
  const { controller, resource, messages, changes } = step;
  const what = controller === kind.toLowerCase() ? kind : controller;
  return [
    `${what} ${resource}${phasesText(step)}${outcomeText(step)}`,
    ...messages.map(({ level, reason, message }) => `  ${level}: ${reason === '' ? '' : `${reason}: `}${message}`),
    ...changes.flatMap(changeText),
    '',
  ];
}

function phasesText({ from, to }: PlayedStep): string {
  if (from === to) return to === '' ? '' : `: ${to}`;
  return `: ${from === '' ? '(no phase)' : from} → ${to === '' ? '(no phase)' : to}`;
}

function outcomeText({ outcome, after = 0, step, from, to }: PlayedStep): string {
  switch (outcome) {
    case 'failed':
      return ', fails';
    case 'waits':
      return ', waits for a kind that the cluster does not have';
    case 'restless':
      return `, finds no rest: given up after ${step} syncs`;
    case 'later':
      return `, again after ${after / 1000} s`;
    default:
      return from === to && outcome === 'continues' ? ', changed by somebody else meanwhile: try again' : '';
  }
}

const WORDS: Readonly<Record<string, string>> = {
  create: 'would be created',
  change: 'would be changed',
  patch: 'would be patched',
  delete: 'would be deleted',
  unseen: 'would be written, and stay the same but for who manages its fields, and marks',
  undone: 'would be made, and deleted again',
};

function changeText(change: PlayedChange): readonly string[] {
  const { action, kind, name, namespace, unchecked } = change;
  const object = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const lines = [
    `  ${object} ${WORDS[action] ?? action}${unchecked === undefined ? '' : ` (not checked by the server: ${unchecked})`}`,
  ];
  const diff = diffOf(change);
  return diff === '' ? lines : [...lines, diff.replace(/\n$/, '')];
}

/** The unified diff of an object's YAML; '' where nothing is to be seen. */
export function diffOf({ apiVersion, kind, name, namespace, before, after }: PlayedChange): string {
  const [old, now] = [before && yamlOf(before), after && yamlOf(after)];
  if (!old && !now) return '';
  if (old && now?.equals(old)) return '';
  const path = [apiVersion, kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  return unifiedDiff(path, old, now);
}

const yamlOf = (object: object): Buffer => Buffer.from(toYaml(object));

/** `3 resources looked at: 1 object would be created, 2 changed; 1 worker fails` */
export function summary(steps: readonly PlayedStep[]): string {
  const resources = new Set(steps.map(({ controller, resource }) => `${controller} ${resource}`)).size;
  const changes = steps.flatMap((step) => step.changes);
  const counts = [
    ['created', 'create'],
    ['changed', 'change', 'unseen', 'undone'],
    ['patched', 'patch'],
    ['deleted', 'delete'],
  ].flatMap(([word = '', ...actions]) => {
    const count = changes.filter(({ action }) => actions.includes(action)).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const fails = steps.filter(({ outcome }) => outcome === 'failed').length;
  const would = counts.length === 0 ? 'nothing would be written' : `writes that were held back: ${counts.join(', ')}`;
  return `${resources} ${resources === 1 ? 'resource' : 'resources'} looked at; ${would}${fails === 0 ? '' : `; ${fails} ${fails === 1 ? 'sync fails' : 'syncs fail'}`}.`;
}
