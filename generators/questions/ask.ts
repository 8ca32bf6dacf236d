import type { Answer, Question } from './question.ts';

interface Named {
  readonly name: string;
  readonly message: string;
}

interface Entry {
  readonly name: string;
  readonly value: string;
}

/** One prompt of inquirer's, as Yeoman's adapter takes it. */
export type Prompt =
  | (Named & {
      readonly type: 'input';
      readonly default?: string;
      readonly validate: (value: string) => true | string;
    })
  | (Named & { readonly type: 'select'; readonly default?: string; readonly choices: readonly Entry[] })
  | (Named & { readonly type: 'confirm'; readonly default: boolean })
  | (Named & {
      readonly type: 'search';
      readonly source: (term: string | undefined) => readonly Entry[];
      readonly validate: (value: unknown) => true | string;
    });

export type Prompter = (prompt: Prompt) => Promise<unknown>;

/** Asks one question in the terminal. `candidates`: what a list is searched in. */
export async function ask(
  prompter: Prompter,
  name: string,
  question: Question,
  preset: Answer | undefined,
  problemOf: (answer: Answer) => string | undefined,
  candidates: readonly string[],
): Promise<Answer> {
  const { message } = question;
  switch (question.type) {
    case 'text': {
      const validate = (value: string) => problemOf(value.trim()) ?? true;
      const answer = await prompter({ type: 'input', name, message, validate, ...presetText(preset) });
      return String(answer).trim();
    }
    case 'choice': {
      const choices = question.choices.map((value) => ({ name: value === '' ? '(none)' : value, value }));
      return String(await prompter({ type: 'select', name, message, choices, ...presetText(preset) }));
    }
    case 'flag':
      return (await prompter({ type: 'confirm', name, message, default: preset === true })) === true;
    case 'list':
      return askList(prompter, name, message, typeof preset === 'object' ? preset : [], problemOf, candidates);
  }
}

/** Inquirer has no list that can be searched: one search after the other, until nothing is chosen. Nothing at all is the preset. */
async function askList(
  prompter: Prompter,
  name: string,
  message: string,
  preset: readonly string[],
  problemOf: (answer: Answer) => string | undefined,
  candidates: readonly string[],
): Promise<readonly string[]> {
  const chosen: string[] = [];
  for (;;) {
    const open = candidates.filter((candidate) => !chosen.includes(candidate));
    const result = chosen.length === 0 ? preset : chosen;
    const done = { name: result.length === 0 ? '(none)' : `(${result.join(', ')}, and no more)`, value: '' };
    const source = (term: string | undefined) => {
      const found = term ? search(open, term) : open;
      return [...(term ? [] : [done]), ...found.map((value) => ({ name: value, value }))];
    };
    const validate = (value: unknown) => problemOf(value === '' ? result : [...chosen, String(value)]) ?? true;
    const answer = await prompter({
      type: 'search',
      // Each search has a name of its own, so that answers given by name end the list.
      name: chosen.length === 0 ? name : `${name}${chosen.length + 1}`,
      message: chosen.length === 0 ? message : 'Another one?',
      source,
      validate,
    });
    if (typeof answer !== 'string' || answer === '') return result;
    chosen.push(answer);
    if (open.length <= 1) return chosen;
  }
}

/** The candidates that hold the term, the likeliest first: `serv` means `services` before `serviceaccounts` and `virtualservices`. */
function search(candidates: readonly string[], term: string): string[] {
  const wanted = term.toLowerCase();
  const found = candidates.filter((candidate) => candidate.toLowerCase().includes(wanted));
  const starts = (candidate: string) => (candidate.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.sort((left, right) => starts(left) - starts(right) || left.length - right.length);
}

function presetText(preset: Answer | undefined): { default?: string } {
  return typeof preset === 'string' && preset !== '' ? { default: preset } : {};
}
