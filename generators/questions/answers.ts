import type { Answer } from './question.ts';

/** The answers by their questions' names. What was not answered is undefined. */
export class Answers {
  readonly #values: ReadonlyMap<string, Answer>;

  constructor(values: ReadonlyMap<string, Answer> = new Map()) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  with(name: string, answer: Answer): Answers {
    return new Answers(new Map([...this.#values, [name, answer]]));
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  list(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    return typeof value === 'object' ? value : undefined;
  }

  /** The answer as one of `choices`. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return choices.find((choice) => choice === this.#values.get(name));
  }
}
