import type { EpochMilliseconds } from '../../shared/time.ts';
import type { TrustStatement } from '../account/trust-document.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import { fieldsOf } from '../issuers/subject.ts';
import { type AdmittedToken, solveToken, type TokenForm } from '../solving/token.ts';
import { type Audiences, audienceLists } from './audiences.ts';
import { type Pins, pinsOf } from './pins.ts';

/** How far a trust reaches beyond what it names, widest first. `anyone`: every tenant of the issuer; `lookalike`: tenants
 *  with a name that fits; `tenant`: everything of one tenant; `similar`: what in it has a name that fits; `own`: what the
 *  trust names; `none`: no token at all. */
const scopes = ['anyone', 'lookalike', 'tenant', 'similar', 'own', 'none'] as const;
export type Scope = (typeof scopes)[number];

/** How far a trust reaches, and the token that shows it. `unknown`: conditions that could not be judged. */
export type Reach = { scope: Scope; token: AdmittedToken | undefined; unknown: readonly string[] };

/** What a reach is asked about: some Allow statements about one provider, and the Denies that hold against them. */
export type ReachQuestion = {
  provider: string;
  model: IssuerModel;
  audiences: Audiences;
  pins: Pins;
  allows: readonly TrustStatement[];
  denies: readonly TrustStatement[];
  now: EpochMilliseconds;
};

/** Puts a question about a provider together from all statements of a trust policy. */
export function reachQuestion(
  provider: { name: string; model: IssuerModel; audiences: Audiences },
  statements: readonly TrustStatement[],
  now: EpochMilliseconds,
): ReachQuestion {
  const reaching = statements.filter(({ takesWebIdentity }) => takesWebIdentity);
  return {
    provider: provider.name,
    model: provider.model,
    audiences: provider.audiences,
    pins: pinsOf({ ...provider, workspaceUuid: workspaceUuidOf(provider) }, reaching),
    allows: reaching.filter(({ effect }) => effect === 'Allow'),
    denies: reaching.filter(({ effect }) => effect === 'Deny'),
    now,
  };
}

/** The UUID in a workspace's audience, in braces. */
function workspaceUuidOf({
  model,
  audiences,
}: {
  model: IssuerModel;
  audiences: Audiences;
}): string | undefined {
  const uuid = model.kind === 'bitbucket' ? audiences.usual?.split('/').at(-1) : undefined;
  return uuid === undefined ? undefined : `{${uuid}}`;
}

/** Finds the widest scope of which a token gets in. */
export function reachOf(question: ReachQuestion): Reach {
  const unknown = new Set<string>();
  for (const scope of ['anyone', 'tenant', 'own'] as const) {
    const token = tokenOf(question, formsOf(scope, question), unknown);
    if (!token) continue;
    const narrower = { anyone: 'lookalike', tenant: 'similar', own: 'own' } as const;
    return { scope: token.isStranger ? scope : narrower[scope], token, unknown: [...unknown] };
  }
  return { scope: 'none', token: undefined, unknown: [...unknown] };
}

/** True where it is proved that no token gets in but those of what the trust names. */
export function keepsStrangersOut(question: ReachQuestion): boolean {
  const unknown = new Set<string>();
  const isOpen = (['anyone', 'tenant'] as const).some(
    (scope) => tokenOf(question, formsOf(scope, question), unknown) !== undefined,
  );
  return !isOpen && unknown.size === 0;
}

/** A token of one of the forms that gets in; `unknown` gains the conditions that could not be judged. */
export function tokenOf(
  { provider, model, audiences, allows, denies, now }: ReachQuestion,
  forms: readonly TokenForm[],
  unknown: Set<string>,
): AdmittedToken | undefined {
  const lists = audienceLists(model, audiences);
  let found: AdmittedToken | undefined;
  for (const [form, allow] of forms.flatMap((one) => allows.map((other) => [one, other] as const))) {
    const answer = solveToken({
      provider,
      model,
      audiences: lists,
      form,
      allow: allow.conditions,
      denies: denies.map(({ conditions }) => conditions),
      now,
    });
    if (answer.kind === 'unknown') for (const condition of answer.conditions) unknown.add(condition);
    if (answer.kind !== 'admitted') continue;
    if (answer.token.isStranger) return answer.token;
    found ??= answer.token;
  }
  return found;
}

/** The forms of the tokens that belong to a scope. */
export function formsOf(
  scope: 'anyone' | 'tenant' | 'own',
  { model, pins }: Pick<ReachQuestion, 'model' | 'pins'>,
): TokenForm[] {
  const hasOwner = model.templates.some((one) => fieldsOf(one).some(({ part }) => part === 'owner'));
  const belonging = (...parts: ('owner' | 'repository')[]) =>
    Object.fromEntries(
      Object.entries(pins.claims).filter(([claim]) =>
        parts.some((part) => model.claims[claim]?.belongsTo === part),
      ),
    );
  const isPinned = (part: 'owner' | 'repository') =>
    Object.keys(pins.claims).some((claim) => model.claims[claim]?.belongsTo === part);
  const each = (form: Omit<TokenForm, 'template'>): TokenForm[] =>
    model.templates.map((template) => ({ template, ...form }));
  switch (scope) {
    case 'anyone': {
      const foreignTo = belonging('owner', 'repository');
      return hasOwner ? each({ given: {}, excluded: pins.owners, foreignTo }) : [];
    }
    case 'tenant': {
      const foreignTo = belonging('repository');
      const tenants = hasOwner ? [...pins.owners, ...(isPinned('owner') ? [{}] : [])] : [{}];
      return tenants.flatMap((given) =>
        each({ given, excluded: [...pins.repositories, ...pins.impossible], foreignTo }),
      );
    }
    case 'own': {
      const own = [...pins.repositories, ...(isPinned('repository') ? [{}] : [])];
      return own.flatMap((given) => each({ given, excluded: [], foreignTo: {} }));
    }
  }
}
