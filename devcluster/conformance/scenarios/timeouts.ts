import type { Scenario, Step } from '../scenario.ts';

const ask = (name: string, timeout: string, query: Record<string, string> = {}): Step => ({
  name,
  path: '/api/v1/namespaces/{{ns}}/secrets',
  query: { timeout, ...query },
  ignore: ['metadata'],
});

/** The parameter `timeout`, a Go duration, which clients that give up after some time send along. */
export const timeouts: Scenario = {
  name: 'timeouts',
  steps: [
    ask('seconds', '5s'),
    ask('of several units', '1m30.5s'),
    ask('none', ''),
    ask('no limit', '0s'),
    ask('nothing', '0'),
    ask('no unit', '5'),
    ask('no unit at the end', '1m5'),
    ask('no number', 's'),
    ask('unknown unit', '5d'),
    ask('no duration', 'xx'),
    ask('with blanks', ' 5s'),
  ],
};
