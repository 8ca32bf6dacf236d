import assert from 'node:assert/strict';
import { goNumber, Instruments } from './instruments.ts';

describe('instruments', () => {
  it('write bounds of buckets as Go does, whose histograms they are added to', async () => {
    const instruments = new Instruments();
    instruments.histogram('seconds', 'Help', ['phase'], [1e-8, 1e-7 * 10 * 10 * 10, 0.001, 0.25, 1, 1000]).of({
      phase: 'le="1"',
    });
    const text = await instruments.text();
    assert.deepEqual(
      [...text.matchAll(/\ble="([^"]*)"/g)].map(([, bound]) => bound),
      ['1e-08', '9.999999999999999e-05', '0.001', '0.25', '1', '1000', '+Inf'],
    );
    assert.match(text, /seconds_count\{phase="le=\\"1\\""\} 0/);
  });

  for (const [value, text] of [
    [0, '0'],
    [1e21, '1e+21'],
    [123456789, '123456789'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [2.5e-10, '2.5e-10'],
    [5e-324, '5e-324'],
    [-Infinity, '-Inf'],
  ] as const)
    it(`write ${value} as ${text}`, () => assert.equal(goNumber(value), text));

  it('ask for what is measured at each scrape, and forget what is no longer told', async () => {
    const instruments = new Instruments();
    let [size, total] = [1, 10];
    instruments.measured('size', 'Help', {}, () => size);
    instruments.counted('total', 'Help', () => total);
    assert.match(await instruments.text(), /^size 1$[^]*^total 10$/m);
    [size, total] = [2, 15];
    assert.match(await instruments.text(), /^size 2$[^]*^total 15$/m);
  });

  it('count between scrapes, each set of labels by itself', async () => {
    const instruments = new Instruments();
    const counter = instruments.counter('total', 'Help', ['from', 'to']);
    counter.inc({ from: 'a', to: 'b' }, 0);
    assert.match(await instruments.text(), /^total\{from="a",to="b"\} 0$/m);
    counter.inc({ from: 'a', to: 'b' });
    counter.inc({ to: 'b', from: 'a' }, 2);
    counter.inc({ from: 'ab', to: '' });
    assert.match(await instruments.text(), /^total\{from="a",to="b"\} 3$[^]*^total\{from="ab",to=""\} 1$/m);
    counter.inc({ from: 'a', to: 'b' });
    // What was handed on is not counted twice.
    assert.match(await instruments.text(), /^total\{from="a",to="b"\} 4$/m);
    assert.match(await instruments.text(), /^total\{from="a",to="b"\} 4$/m);
  });

  it('have a series of a counter without labels from the beginning', async () => {
    const instruments = new Instruments();
    instruments.counter('total', 'Help', []);
    assert.match(await instruments.text(), /^total 0$/m);
  });
});
