import assert from 'node:assert/strict';
import { BadArgument, render } from './render.ts';
import { parseTemplate } from './template.ts';

function rendered(template: string, values: Readonly<Record<string, unknown>>): string {
  const parsed = parseTemplate(template);
  assert.deepEqual(parsed.problems, []);
  return render(parsed, new Map(Object.entries(values)));
}

describe('A query with its arguments', () => {
  it('has strings that no argument can end', () => {
    const name = 'a"b\\c\'d\ne';
    assert.equal(rendered('up{a="{{ .Name }}"}', { Name: name }), String.raw`up{a="a\"b\\c'd\u000ae"}`);
    assert.equal(rendered("up{a!='{{ .Name }}'}", { Name: name }), String.raw`up{a!='a"b\\c\'d\u000ae'}`);
  });

  it('has its arguments by the letter in regular expressions', () => {
    assert.equal(
      rendered('up{a=~"{{ .Name }}-[0-9]+", b!~"x|{{.Name}}"}', { Name: 'web.v1|.*"' }),
      String.raw`up{a=~"web\\.v1\\|\\.\\*\"-[0-9]+", b!~"x|web\\.v1\\|\\.\\*\""}`,
    );
    assert.equal(rendered('up{a=~"{{ .A }}"}', { A: '\\E.' }), String.raw`up{a=~"\\\\E\\."}`);
  });

  it('has raw strings in double quotes, where what is in them can be escaped', () => {
    assert.equal(rendered('up{a=~`\\d"{{ .A }}`}', { A: '`.' }), String.raw`up{a=~"\\d\"` + '`' + String.raw`\\."}`);
    assert.equal(rendered('up{a=`\\d`, b="{{ .A }}"}', { A: '1' }), 'up{a=`\\d`, b="1"}');
  });

  it('takes durations as Prometheus writes them, where they belong', () => {
    const template = 'max_over_time(up[{{ .A }}:{{ .B }}] offset -{{ .A }})[{{ .B }}:]';
    assert.equal(
      rendered(template, { A: '1h30m', B: '500ms' }),
      'max_over_time(up[1h30m:500ms] offset -1h30m)[500ms:]',
    );
    for (const bad of ['', '0s', '1.5h', '5', '-5m', '1m1h', '5m]) or vector(1', ' 5m', 5, undefined])
      assert.throws(() => rendered('up[{{ .A }}]', { A: bad }), BadArgument, String(bad));
  });

  it('takes one number or name where no string is, and parts of a name', () => {
    const template = 'topk({{ .K }}, {{ .M }}:rate{{ .P }}) by ({{ .L }}) > {{ .T }}';
    const good = { K: 3, M: 'job', P: '5m', L: 'le', T: '-1.5e3' };
    assert.equal(rendered(template, good), 'topk(3, job:rate5m) by (le) > -1.5e3');
    for (const bad of ['1) or (2', 'a b', '', 'a-b', '1 # ', null])
      assert.throws(() => rendered(template, { ...good, K: bad }), BadArgument, String(bad));
    assert.throws(() => rendered(template, { ...good, P: '5.m' }), BadArgument);
  });

  it('writes numbers without an end as Prometheus does', () => {
    const template = 'up{le="{{ .A }}", ge=~"{{ .A }}"} > {{ .A }}';
    assert.equal(rendered(template, { A: Infinity }), String.raw`up{le="+Inf", ge=~"\\+Inf"} > +Inf`);
    assert.equal(rendered(template, { A: -Infinity }), 'up{le="-Inf", ge=~"-Inf"} > -Inf');
    assert.equal(rendered(template, { A: '+Inf' }), rendered(template, { A: Infinity }));
    assert.equal(rendered('up > {{ .A }}', { A: NaN }), 'up > NaN');
    for (const bad of [Infinity, -Infinity]) assert.throws(() => rendered('up:{{ .A }}', { A: bad }), BadArgument);
    for (const bad of ['+Infinity', '-Infi', '+-Inf'])
      assert.throws(() => rendered('{{ .A }}', { A: bad }), BadArgument);
  });

  it('takes nothing for a string that is none', () => {
    for (const bad of [undefined, null, {}, ['a'], true, 'a\uD800'])
      assert.throws(() => rendered('up{a="{{ .A }}"}', { A: bad }), BadArgument);
    assert.equal(rendered('up{a="{{ .A }}"}', { A: 7 }), 'up{a="7"}');
  });

  it('loses the white space that Go’s marks take away', () => {
    assert.equal(rendered('up{a="x {{- .A -}} y", b="{{.A}}"}', { A: '-' }), 'up{a="x-y", b="-"}');
  });
});

describe('A template', () => {
  const wheres = (template: string): readonly string[] => parseTemplate(template).problems.map(({ where }) => where);

  it('has places where no argument is safe', () => {
    assert.match(wheres('label_replace(up, "a", "{{ .A }}", "b", "c")').join(), /no label is compared/);
    assert.match(wheres('up # {{ .A }}\n + up').join(), /comment/);
    assert.match(wheres('up[{{ .A }}m]').join(), /a part of a duration/);
    assert.match(wheres('up[{{ .A }}{{ .B }}]').join(), /a part of a duration.*a part of a duration/);
    assert.match(wheres('up{a="\\{{ .A }}"}').join(), /after a backslash/);
    assert.match(wheres('up{a=~"\\\\{{ .A }}"}').join(), /after a backslash/);
    assert.match(wheres('up{a=~`\\{{ .A }}`}').join(), /after a backslash/);
    assert.match(wheres('up{a="{{ .A }}').join(), /without an end/);
  });

  it('may have backslashes that are none of its placeholders’', () => {
    assert.deepEqual(wheres('up{a="\\\\{{ .A }}", b=~"\\\\\\\\{{ .A }}", c=~`\\\\{{ .A }}`, d="\\"{{ .A }}"}'), []);
  });

  it('reads what is in strings as such, comments and brackets too', () => {
    assert.deepEqual(wheres('up{a="# [", b="{{ .A }}"} # "\n > {{ .B }}'), []);
    const places = parseTemplate('up{a="# [", b="{{ .A }}"} # "\n > {{ .B }}').pieces.flatMap((piece) =>
      typeof piece === 'string' ? [] : [piece.place],
    );
    assert.deepEqual(places, ['value', 'word']);
  });
});
