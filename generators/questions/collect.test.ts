import assert from 'node:assert/strict';
import type { Answers } from './answers.ts';
import { collect } from './collect.ts';
import type { Circumstances, Interview } from './collect.ts';
import type { Answer } from './question.ts';

const INTERVIEW: Interview = {
  questions: {
    name: { type: 'text', message: 'Name' },
    colour: { type: 'choice', message: 'Colour', choices: ['red', 'green'] },
    shiny: { type: 'flag', message: 'Shiny' },
    tags: { type: 'list', message: 'Tags' },
  },
  extras: { secret: { type: 'text', message: 'Secret' } },
  defaultOf: (name, given) => {
    const defaults: Readonly<Record<string, Answer>> = {
      colour: 'red',
      shiny: given.text('colour') === 'green',
      tags: [],
    };
    return defaults[name];
  },
  applies: (name, given) => name !== 'tags' || given.text('name') !== 'untagged',
  check: (given) =>
    given.text('name') === 'bad' ? [{ code: 'ERR_AP_TEST', path: '--name', message: 'Bad.', remedy: 'Be good.' }] : [],
};

describe('Answers are collected', () => {
  const asked: string[] = [];
  beforeEach(() => asked.splice(0));

  const run = (options: Circumstances['options'], rest: Partial<Circumstances> = {}): Promise<Answers> =>
    collect(INTERVIEW, [], {
      options,
      interactive: false,
      yes: false,
      ask: async (name, _question, preset) => {
        asked.push(name);
        return preset ?? 'asked';
      },
      ...rest,
    });

  it('from options', async () => {
    const answers = await run({ name: 'n', colour: 'green', shiny: 'false', tags: 'a, b,', secret: 's' });
    assert.equal(answers.text('name'), 'n');
    assert.equal(answers.flag('shiny'), false);
    assert.deepEqual(answers.list('tags'), ['a', 'b']);
    assert.equal(answers.text('secret'), 's');
    assert.deepEqual(asked, []);
  });

  it('from defaults with --yes, which see earlier answers', async () => {
    const answers = await run({ name: 'n', colour: 'green' }, { yes: true, interactive: true });
    assert.equal(answers.flag('shiny'), true);
    assert.deepEqual(answers.list('tags'), []);
    assert.deepEqual(asked, []);
  });

  it('from whoever is there, for what is missing and applies', async () => {
    const answers = await run({ colour: 'green', name: 'untagged' }, { interactive: true });
    assert.deepEqual(asked, ['shiny']);
    assert.equal(answers.flag('shiny'), true);
  });

  it('in no case without a default, an answer or somebody to ask', async () => {
    await assert.rejects(run({}, { yes: true }), /--name: It has no default.*ERR_AP_OPTION_REQUIRED/);
    await assert.rejects(run({ name: 'n' }), /--colour, --shiny, --tags: There is no terminal.*ERR_AP_NO_TERMINAL/);
  });

  it('only once the options are right: all that is wrong is told before the first question', async () => {
    await assert.rejects(
      run({ name: 'bad', colour: 'blue', shiny: 'perhaps' }, { interactive: true }),
      ({ message }: Error) =>
        ['ERR_AP_TEST', 'ERR_AP_OPTION_CHOICE', 'ERR_AP_OPTION_FLAG'].every((code) => message.includes(code)),
    );
    assert.deepEqual(asked, []);
  });

  it('and judged while they are given', async () => {
    const judged: (string | undefined)[] = [];
    await run(
      { colour: 'red', shiny: true, tags: '' },
      {
        interactive: true,
        ask: async (_name, _question, _preset, problemOf) => {
          judged.push(problemOf('bad'), problemOf('good'));
          return 'good';
        },
      },
    );
    assert.deepEqual(judged, ['Bad. Be good.', undefined]);
  });
});
