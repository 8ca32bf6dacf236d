import assert from 'node:assert/strict';
import { ask } from './ask.ts';
import type { Prompt } from './ask.ts';
import type { Answer, Question } from './question.ts';

/** Asks with these replies; the prompts that were shown. */
async function asked(
  question: Question,
  replies: readonly unknown[],
  preset?: Answer,
  candidates: readonly string[] = [],
) {
  const prompts: Prompt[] = [];
  const left = [...replies];
  const answer = await ask(
    async (prompt) => {
      prompts.push(prompt);
      return left.shift();
    },
    'name',
    question,
    preset,
    (given) => (given === 'bad' || (typeof given === 'object' && given.includes('bad')) ? 'It is bad.' : undefined),
    candidates,
  );
  return { answer, prompts };
}

const LIST = { type: 'list', message: 'Which' } as const;

/** What a search offers for a term. */
function offered(prompt: Prompt | undefined, term?: string): string[] {
  assert.ok(prompt?.type === 'search');
  return prompt.source(term).map(({ name }) => name);
}

describe('A question in the terminal', () => {
  it('trims text, and judges it as it is typed', async () => {
    const { answer, prompts } = await asked({ type: 'text', message: 'What' }, [' x '], 'preset');
    assert.equal(answer, 'x');
    const [prompt] = prompts;
    assert.ok(prompt?.type === 'input');
    assert.equal(prompt.default, 'preset');
    assert.equal(prompt.validate('bad'), 'It is bad.');
    assert.equal(prompt.validate('good'), true);
  });

  it('offers choices, with the preset first chosen', async () => {
    const { prompts } = await asked({ type: 'choice', message: 'Which', choices: ['a', 'b'] }, ['b'], 'b');
    assert.deepEqual(prompts, [
      {
        type: 'select',
        name: 'name',
        message: 'Which',
        choices: [
          { name: 'a', value: 'a' },
          { name: 'b', value: 'b' },
        ],
        default: 'b',
      },
    ]);
  });

  it('searches a list until nothing is chosen, and offers nothing twice', async () => {
    const { answer, prompts } = await asked(LIST, ['pods', 'jobs', ''], [], ['pods', 'jobs', 'nodes']);
    assert.deepEqual(answer, ['pods', 'jobs']);
    assert.deepEqual(
      prompts.map(({ name }) => name),
      ['name', 'name2', 'name3'],
    );
    assert.deepEqual(offered(prompts[0]), ['(none)', 'pods', 'jobs', 'nodes']);
    assert.deepEqual(offered(prompts[0], 'OD'), ['pods', 'nodes']);
    assert.deepEqual(offered(prompts[2]), ['(pods, jobs, and no more)', 'nodes']);
  });

  it('offers first what begins with the term, and of that the shortest', async () => {
    const candidates = ['serviceaccounts', 'virtualservices', 'services', 'pods'];
    const { prompts } = await asked(LIST, [''], [], candidates);
    assert.deepEqual(offered(prompts[0], 'serv'), ['services', 'serviceaccounts', 'virtualservices']);
    assert.deepEqual(offered(prompts[0]), ['(none)', ...candidates], 'and without a term all, as they come');
  });

  it('takes the preset of a list where nothing is chosen', async () => {
    const { answer, prompts } = await asked(LIST, [''], ['A'], ['A', 'B']);
    assert.deepEqual(answer, ['A']);
    assert.deepEqual(offered(prompts[0]), ['(A, and no more)', 'A', 'B']);
  });

  it('judges each entry of a list', async () => {
    const { prompts } = await asked(LIST, [''], [], ['bad', 'good']);
    const [prompt] = prompts;
    assert.ok(prompt?.type === 'search');
    assert.equal(prompt.validate('bad'), 'It is bad.');
    assert.equal(prompt.validate(''), true);
  });
});
