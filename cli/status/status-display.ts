import { isDeepStrictEqual } from 'node:util';
import { Screen } from '../../devcluster/terminal/screen.ts';
import type { CommandContext } from '../cluster/cluster-command.ts';
import { changeText } from './change-text.ts';
import type { OperatorState } from './operator-state.ts';
import { countsText, keyOf, leaderText, operatorText, problemText, rowsText, transitionsHint } from './overview.ts';
import type { ResourceRow } from './resource-row.ts';
import { overviewText } from './status.ts';
import type { StatusView } from './status-view.ts';

/** How changes are shown. */
export interface StatusDisplay {
  /** All that was there at the beginning is known. */
  begin(): void;
  resource(row: ResourceRow, before: ResourceRow | undefined, isGone: boolean): void;
  /** Something about the operator may have changed. */
  operator(): void;
  /** Why nothing is heard at the moment. */
  trouble(why: string): void;
  end(): void;
}

/** Without a terminal: all of it once, then a line for each change. */
export function lineDisplay(context: CommandContext, view: StatusView): StatusDisplay {
  const { environment, print } = context;
  const screen = new Screen(environment.output, () => new Date(environment.clock.now()));
  let told = '';
  const operatorLine = (): string => {
    const operator = view.operator();
    const now = environment.clock.now();
    if (!operator)
      return view
        .problems(null, now)
        .map(({ message }) => message)
        .join(' ');
    const { replicas, leader } = operator;
    const who = leader.is === 'held' ? (leader.pod ?? leader.holder) : leaderText(operator, now);
    return `${replicas.ready} of ${replicas.wanted} replicas are ready, leader: ${who}`;
  };
  return {
    begin: () => {
      for (const line of overviewText(view.overview(), view.place, context)) print(line);
      for (const line of problemText(view.problems(view.operator(), environment.clock.now()))) print(line);
      told = operatorLine();
    },
    resource: (row, before, isGone) => {
      if (isGone) screen.say(keyOf(row), 'deleted', 'warning');
      else for (const { text, tone } of changeText(row, before)) screen.say(keyOf(row), text, tone);
    },
    operator: () => {
      const line = operatorLine();
      if (line !== told) screen.say('operator', line);
      told = line;
    },
    trouble: context.warn,
    end: () => undefined,
  };
}

/** One JSON object a line: `status` with all of it, then `resource` and `operator` as they change. */
export function jsonDisplay(context: CommandContext, view: StatusView): StatusDisplay {
  const print = (object: object): void => context.print(JSON.stringify(object));
  let told: unknown;
  return {
    begin: () => {
      const overview = view.overview();
      print({ type: 'status', ...overview, errors: view.problems(overview.operator, context.environment.clock.now()) });
      told = lasting(overview.operator);
    },
    resource: (row, before, isGone) => {
      if (isGone) print({ type: 'resource', change: 'deleted', resource: row });
      else if (!isDeepStrictEqual(row, before))
        print({ type: 'resource', change: before ? 'changed' : 'created', resource: row });
    },
    operator: () => {
      const operator = view.operator();
      const now = lasting(operator);
      if (!isDeepStrictEqual(now, told)) print({ type: 'operator', operator });
      told = now;
    },
    trouble: context.warn,
    end: () => undefined,
  };
}

/** Without what changes every other second. */
function lasting(operator: OperatorState | null): unknown {
  if (operator?.leader.is !== 'held') return operator;
  return { ...operator, leader: { ...operator.leader, renewed: '' } };
}

const DRAW_AFTER_MS = 200;
/** For the ages. */
const DRAW_EVERY_MS = 2000;
const BEGIN = '\u001B[?1049h\u001B[?25l';
const END = '\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_REST = '\u001B[J';

/** On a terminal: one picture, drawn anew with what changes, as large as the terminal; the last one stays there at the end. */
export function pictureDisplay(context: CommandContext, view: StatusView): StatusDisplay {
  const { environment } = context;
  const { clock, output } = environment;
  let trouble = '';
  let timer = clock.after(0, () => undefined);
  let drawn: readonly string[] = [];
  let soon = false;
  const draw = (): void => {
    soon = false;
    drawn = picture(view, clock.now(), trouble, output);
    environment.out(HOME + drawn.map((line) => line + CLEAR_LINE).join('\r\n') + CLEAR_REST);
    timer.cancel();
    timer = clock.after(DRAW_EVERY_MS, draw);
  };
  let isBegun = false;
  const drawSoon = (): void => {
    if (soon || !isBegun) return;
    soon = true;
    timer.cancel();
    timer = clock.after(DRAW_AFTER_MS, draw);
  };
  const change = (): void => {
    trouble = '';
    drawSoon();
  };
  return {
    begin: () => {
      isBegun = true;
      environment.out(BEGIN);
      draw();
    },
    resource: change,
    operator: change,
    trouble: (why) => {
      trouble = why;
      drawSoon();
    },
    end: () => {
      timer.cancel();
      if (!isBegun) return;
      environment.out(END);
      for (const line of drawn) context.print(line);
    },
  };
}

/** As many lines as fit. */
export function picture(
  view: StatusView,
  now: number,
  trouble: string,
  { columns = 80, rows = 24 }: { readonly columns?: number; readonly rows?: number },
): readonly string[] {
  const { operator, resources } = view.overview();
  const { project, type } = view.place;
  const above = [
    ...(operator ? [...operatorText(operator, now), ''] : []),
    ...problemText(view.problems(operator, now)),
    ...(trouble === '' ? [] : [`! ${trouble}`]),
    countsText(resources),
    ...transitionsHint(project.transitions, resources),
    '',
  ];
  // A title stands above the rows, and the cursor below.
  const most = Math.max(1, rows - above.length - 2);
  const lines = [...above, ...rowsText(resources, type.namespaced, now, most)];
  return lines.slice(0, rows - 1).map((line) => line.slice(0, columns));
}
