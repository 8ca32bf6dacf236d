import type { StructuralSchema } from '../../runtime/crd/crd.ts';
import { leastMatch } from './least-match.ts';

/** Texts that the API server accepts for a format. */
const BY_FORMAT: Readonly<Record<string, string | readonly string[]>> = {
  byte: 'aGVsbG8=',
  cidr: ['10.0.0.0/24', '2001:db8::/32'],
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  duration: '30s',
  email: 'someone@example.com',
  hostname: 'www.example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  mac: '00:00:5e:00:53:01',
  uri: 'https://example.com',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/** What people often mean, in the order in which a person would try them. */
const COMMON = [
  'example',
  'Example',
  '1',
  '1m',
  '30s',
  '100m',
  'v1',
  '1.0.0',
  '80',
  'example.com',
  'https://example.com',
  '2026-01-31',
  '12:00:00',
  '/',
  '#ff0000',
];

/**
 * A text that a schema accepts: by format, the key's own name where that fits, a common one, the least that the pattern allows.
 * Undefined where none of these fits.
 */
export function sampleText(
  { format, minLength = 0, maxLength = Infinity, pattern, allOf = [] }: StructuralSchema,
  name: string,
): string | undefined {
  const patterns = [pattern, ...allOf.map((rule) => rule.pattern)].filter((each) => each !== undefined);
  const tests = patterns.map((each) => new RegExp(each, 'u'));
  const fits = (text: string) =>
    text.length >= minLength && text.length <= maxLength && tests.every((test) => test.test(text));
  const wanted = format ?? allOf.find((rule) => rule.format !== undefined)?.format;
  const byFormat = BY_FORMAT[wanted ?? ''];
  const candidates =
    byFormat === undefined
      ? [name, ...COMMON, ...COMMON.map((text) => text.padEnd(minLength, 'x').slice(0, Math.max(maxLength, 0)))]
      : [byFormat].flat();
  return (
    candidates.find((text) => text !== '' && fits(text)) ??
    patterns.map((each) => leastMatch(each)).find((text) => text !== undefined && fits(text))
  );
}
