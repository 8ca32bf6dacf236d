import { notAcceptable, StatusError } from './status.ts';

/** How an answer is to be written. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** The form that was asked for instead of the object itself. */
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  /** The version of that form: `v1` or `v1beta1`. */
  readonly version?: string | undefined;
  readonly pretty: boolean;
}

const AVAILABLE = ['application/json', 'application/yaml', 'application/json;stream=watch'];
const TRANSFORMS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'] as const;
const FORMATS: Readonly<Record<string, 'json' | 'yaml'>> = {
  'application/json': 'json',
  '*/*': 'json',
  'application/yaml': 'yaml',
  'text/yaml': 'yaml',
};

/** Browsers and curl get their answers indented. */
const PRETTY_AGENTS = /^(curl|Wget|Mozilla\/)/;

/**
 * Reads an Accept header: the first of its forms that is served here, the most wanted first. Throws 406 where there is none; so
 * clients that know protobuf only are refused, and those that name JSON after it get JSON. Of custom resources that is said otherwise.
 */
export function negotiate(
  accept: string | undefined,
  query: URLSearchParams,
  userAgent: string | undefined,
  custom = false,
): Representation {
  const pretty = query.has('pretty')
    ? !/^(0|false)$/i.test(query.get('pretty') ?? '')
    : PRETTY_AGENTS.test(userAgent ?? '');
  if (accept === undefined || accept.trim() === '') return { format: 'json', pretty };
  const ranges = mediaRanges(accept);
  let known = false;
  for (const { type, parameters } of ranges) {
    const format = Object.hasOwn(FORMATS, type) ? FORMATS[type] : undefined;
    if (!format) continue;
    known = true;
    const as = parameters.get('as');
    if (as === undefined) return { format, pretty };
    const transform = TRANSFORMS.find((name) => name === as);
    const version = parameters.get('v');
    if (transform && parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')) {
      return { format, as: transform, version, pretty };
    }
  }
  if (!known && !custom) throw notAcceptable(AVAILABLE);
  const message = `only the following media types are accepted: ${AVAILABLE.slice(0, 2).join(', ')}`;
  throw new StatusError(406, 'NotAcceptable', message);
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The ranges of an Accept header by their quality. */
export function mediaRanges(accept: string): readonly MediaRange[] {
  return accept
    .split(',')
    .map((range) => {
      const [type = '', ...rest] = range.split(';').map((part) => part.trim());
      const parameters = new Map(
        rest.map((parameter) => {
          const equals = parameter.indexOf('=');
          return equals < 0 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)];
        }),
      );
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) };
    })
    .sort((a, b) => b.quality - a.quality);
}
