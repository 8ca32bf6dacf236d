/** What a namespace's labels ask of the pods in it. Source: KEP-2579, k8s.io/pod-security-admission/api. */
import { invalid, type FieldError } from '../../schema/field-error.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
export type Mode = 'enforce' | 'audit' | 'warn';

export interface LevelVersion {
  readonly level: Level;
  /** The minor version whose rules hold; `latest`: those of this server. */
  readonly version: number | 'latest';
}

export type Policy = Readonly<Record<Mode, LevelVersion>>;

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const MODES: readonly Mode[] = ['enforce', 'audit', 'warn'];

/** The policy of a namespace with these labels, and what is wrong with them. What cannot be read is enforced strictly, and else passed over. */
export function policyOf(labels: Readonly<Record<string, string>>): { policy: Policy; errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const refused = (label: string, value: string, why: string): void => {
    errors.push(invalid(`metadata.labels[${label}]`, value, why));
  };
  const read = (mode: Mode): LevelVersion => {
    const levelLabel = PREFIX + mode;
    const text = labels[levelLabel];
    const known = LEVELS.find((name) => name === text);
    if (text !== undefined && !known) refused(levelLabel, text, `must be one of ${LEVELS.join(', ')}`);
    const fallback = text !== undefined && mode === 'enforce' ? 'restricted' : 'privileged';
    return { level: known ?? fallback, version: versionOf(labels, `${levelLabel}-version`, refused) };
  };
  const [enforce, audit, warn] = [read('enforce'), read('audit'), read('warn')];
  const policy = { enforce, audit, warn };
  // Whoever is held to a level is also told so of templates, unless the labels say otherwise.
  const enforced = LEVELS.some((name) => name === labels[`${PREFIX}enforce`]);
  if (labels[`${PREFIX}warn`] !== undefined || !enforced || enforce.level === 'privileged') return { policy, errors };
  const version = labels[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version;
  return { policy: { ...policy, warn: { level: enforce.level, version } }, errors };
}

function versionOf(
  labels: Readonly<Record<string, string>>,
  label: string,
  refused: (label: string, value: string, why: string) => void,
): number | 'latest' {
  const text = labels[label];
  if (text === undefined || text === 'latest') return 'latest';
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1];
  if (minor === undefined) refused(label, text, 'must be "latest" or "v1.x"');
  return minor === undefined ? 'latest' : Number(minor);
}

/** Whether pods that were taken before may be refused now. */
export function isStricter(policy: LevelVersion, before: LevelVersion): boolean {
  if (policy.level === 'privileged') return false;
  return policy.version !== before.version || LEVELS.indexOf(policy.level) > LEVELS.indexOf(before.level);
}

/** `restricted:latest`, `baseline:v1.30` */
export function textOf({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}

export function asksNothing(policy: Policy): boolean {
  return MODES.every((mode) => policy[mode].level === 'privileged');
}
