import type { FilteredReport } from '../../domain/scan/ignore.ts';
import { OPENS } from '../../domain/scan/judging/next-steps.ts';
import { fillingOf } from '../../domain/scan/judging/placeholders.ts';
import type { AdmittedClaims, GrantRequest, ScanFinding } from '../../domain/scan/report.ts';
import { plainJson, plainText } from '../plain-text.ts';
import type { RoleSection } from './report-texts.ts';

/** What the remedies mean by Rolewright, and what they leave to the reader; undefined where none names it. */
export function aboutRolewright({ findings }: FilteredReport): string | undefined {
  if (!findings.some(({ request }) => request)) return undefined;
  return 'Rolewright is a service in an AWS account of yours: on request it gives one repository a role of its own, for what one template allows. ROLEWRIGHT_URL is the URL that its deployment prints (docs/deploy.md). If you do not run Rolewright, skip the POST and use only the aws commands.';
}

/** What to fill in to a request, and which templates fit what the role can do. */
export function requestNote({ request, templates = [] }: ScanFinding): string {
  const [best, ...others] = templates;
  const fits =
    best === undefined
      ? 'No shipped template is known to fit what the role can do: choose one by what the pipeline does.'
      : `${best} fits what the role can do${others.length > 0 ? `; so may ${others.join(', ')}` : ''}.`;
  const filling = fillingOf(request);
  const edit = filling === undefined ? '' : ` Edit first: ${filling}.`;
  return `${fits} Its parameters are in docs/templates.md.${edit}`;
}

/** One step out of an open role: what it is for, and the line to copy. */
export type Step = { text: string; line: string; request?: GrantRequest };

/** The steps out of a role, in order: a grant beside it and its end, where Rolewright has grants for its issuer; else the
 *  narrow policy first. */
export function stepsOf(finding: ScanFinding): Step[] {
  const { request, command, narrow, admits, fillIn } = finding;
  const toNarrow = fillIn === undefined ? 'narrow it to what it should be' : `${EDIT_FIRST}, then narrow it`;
  if (narrow?.startsWith(OPENS)) return stepsOfShut(narrow, command);
  if (!admits) return narrow ? [{ text: toNarrow, line: narrow }] : [];
  if (!request) {
    return [
      ...(narrow ? [{ text: toNarrow, line: narrow }] : []),
      ...(command
        ? [{ text: `${narrow ? 'or, ' : ''}where nothing needs it, close it`, line: command }]
        : []),
    ];
  }
  return [
    { text: 'ask Rolewright for a grant of its own beside it', line: requestText(request), request },
    ...(command ? [{ text: 'once that works, close this role', line: command }] : []),
    ...(narrow ? [{ text: `or ${toNarrow}`, line: narrow }] : []),
  ];
}

/** The steps out of a role that admits no token. */
const stepsOfShut = (opening: string, closing: string | undefined): Step[] => [
  ...(closing ? [{ text: 'it admits no token: where nothing needs it, close it', line: closing }] : []),
  { text: 'or open it to what was probably meant (the line below is a comment)', line: opening },
];

const EDIT_FIRST = 'edit first (the line below is a comment, and does nothing by itself)';

/** The request of a finding as it is sent, on two lines. */
const requestText = (request: GrantRequest, indent?: number): string =>
  `POST $ROLEWRIGHT_URL/v1/grants${indent === undefined ? ' ' : '\n'}${indent === undefined ? JSON.stringify(request) : plainJson(request, indent)}`;

/** A part of what a report says of a role, for pages: a list, or code with a note behind it. */
export type RemedyPart =
  | { kind: 'list'; title: string; items: string[] }
  | { kind: 'claims'; title: string; claims: [name: string, value: string][] }
  | CodePart;

type CodePart = {
  kind: 'code';
  title: string;
  language: 'json' | 'sh' | '';
  text: string;
  note?: string | undefined;
};

/** What a section's findings share, part by part: who gets in, what it can do, and what to do about it. */
export function remedyParts(section: RoleSection): RemedyPart[] {
  const remedy = remedyOf(section);
  const parts: RemedyPart[] = [];
  if (section.admits.length > 0) parts.push({ kind: 'list', title: 'It admits', items: section.admits });
  if (!remedy) return parts;
  const { admits, can, correctedTrustPolicy, fillIn } = remedy;
  if (admits) parts.push({ kind: 'claims', title: 'A token that gets in', claims: tokenLines(admits) });
  if (can) parts.push({ kind: 'list', title: 'What it can do', items: [...can] });
  const code = (title: string, text: string, more: Partial<CodePart> = {}) =>
    parts.push({ kind: 'code', title, language: 'sh', text, ...more });
  if (correctedTrustPolicy !== undefined) {
    code('The trust policy it should have', plainJson(correctedTrustPolicy, 2), {
      language: 'json',
      note: fillIn,
    });
  }
  for (const { text, line, request } of stepsOf(remedy)) {
    if (request)
      code(sentenceCase(text), requestText(request, 2), { language: '', note: requestNote(remedy) });
    else code(sentenceCase(text), plainText(line));
  }
  return parts;
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** What a section's findings share: the token, what it can do, and what to do about it. */
export function remedyOf({ findings }: RoleSection): ScanFinding | undefined {
  return findings.find(({ admits }) => admits) ?? findings.find(({ command }) => command) ?? findings[0];
}

/** The conditions of a corrected trust policy as lines, e.g. `StringLike sub {1de4…}:*`. */
export function conditionLines(policy: unknown): string[] {
  const statements = (
    policy as {
      Statement?: {
        Effect?: string;
        Principal?: { Federated?: unknown };
        Condition?: Record<string, object>;
      }[];
    }
  ).Statement;
  return (statements ?? []).flatMap(({ Effect, Principal, Condition }) =>
    Effect === 'Allow' && Principal?.Federated !== undefined
      ? Object.entries(Condition ?? {}).flatMap(([operator, block]) =>
          Object.entries(block).map(
            ([key, value]) =>
              `${operator} ${key.slice(key.lastIndexOf(':') + 1)} ${[value].flat().join(', ')}`,
          ),
        )
      : [],
  );
}

/** A token's issuer, its claims, and what else the request must have, as lines of name and value. */
export const tokenLines = ({ issuer, claims, request }: AdmittedClaims): [string, string][] => [
  ['iss', issuer],
  ...claimLines(claims),
  ...claimLines(request ?? {}),
];

/** A token's claims as lines of name and value. */
export const claimLines = (claims: Readonly<Record<string, unknown>>): [string, string][] =>
  Object.entries(claims)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, [value].flat().join(', ')]);
