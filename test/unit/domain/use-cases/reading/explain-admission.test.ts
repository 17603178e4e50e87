import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Bitbucket } from '../../../../../domain/bitbucket/port.ts';
import type { Evidence } from '../../../../../domain/explanation/diagnosis.ts';
import { diagnosisCodes, diagnosisSchema, isAdmitting } from '../../../../../domain/explanation/diagnosis.ts';
import { parseBody } from '../../../../../domain/grants/request.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import {
  type ExplainPorts,
  explainAdmission,
  explainRequestSchema,
} from '../../../../../domain/use-cases/reading/explain-admission.ts';
import { apiWording } from '../../../../../handlers/http/wording.ts';
import {
  ASKED_AT,
  type ExplanationCase,
  explanationCases,
} from '../../../../support/domain/explanation-cases.ts';
import { pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  chain,
  GRANT_ID,
  present,
  problemOf,
  production,
  shop,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';
import { asEpoch, asGrantId } from '../../../../support/identifiers.ts';

/** Asks about a case; `environments` counts the questions to Bitbucket and answers them. */
function stage(
  { story, token, signature, now = ASKED_AT }: ExplanationCase,
  findEnvironment: Bitbucket['findEnvironment'] = async () => undefined,
) {
  const world = new World();
  world.log.streams.set(
    GRANT_ID,
    chain(story).map((event) => JSON.stringify(event)),
  );
  const asked: string[] = [];
  const evidence: Evidence =
    token === undefined || token === 'none' || token === 'unreadable'
      ? { kind: 'unreadable' }
      : { kind: 'token', claims: token, signature: signature ?? 'valid' };
  const ports: ExplainPorts = {
    ...world.requestPorts,
    clock: { now: () => asEpoch(now), sleep: async () => {} },
    stepTokens: { read: async () => evidence },
    wording: apiWording,
    bitbucket: {
      ...world.bitbucket,
      findRepository: () => Promise.reject(new Error('nobody asks for the repository')),
      environmentNames: () => Promise.reject(new Error('nobody asks for environments')),
      isOidcEnabled: () => Promise.reject(new Error('nobody asks whether OIDC is enabled')),
      isRepositoryAdmin: () => Promise.reject(new Error('nobody asks for admins')),
      wholeViewOf: () => Promise.reject(new Error('nobody asks for credentials')),
      listRepositories: () => Promise.reject(new Error('nobody asks for a list')),
      isWorkspaceReadable: () => Promise.reject(new Error('nobody asks for the workspace')),
      async findEnvironment(repository, name) {
        asked.push(`${repository.workspace.uuid} ${repository.uuid} ${name}`);
        return findEnvironment(repository, name);
      },
    },
  };
  return { ports, asked, journal: world.journal };
}

const bodyOf = ({ token, claims, step }: ExplanationCase) => ({
  grantId: GRANT_ID,
  ...step,
  ...(claims ? { claims: { ...claims } } : { token: token === 'none' ? '\n' : 'the-token' }),
});
const named = (name: string) => present(explanationCases.find((one) => one.name === name));
const unreachable = () => Promise.reject(new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket is down.'));
const ask = async (
  one: ExplanationCase,
  findEnvironment?: Bitbucket['findEnvironment'],
  caller: Caller = platform,
) => successOf(await explainAdmission(stage(one, findEnvironment).ports, bodyOf(one), caller));

describe('an explanation', () => {
  test.each(explanationCases.map((one) => [`${one.name}: ${one.code}`, one] as const))(
    'of %s',
    async (_name, one) => {
      const explanation = await ask(one, unreachable);
      expect(diagnosisSchema.parse(explanation)).toEqual(explanation);
      expect(explanation).toMatchObject({ code: one.code, admitted: isAdmitting(one.code) });
      expect(explanation.conditions.map(({ holds }) => holds)).toEqual(one.holds);
      expect(explanation.advice).toMatch(one.advice);
      expect(explanation.snippet).toBe(one.snippet);
      expect(explanation.verified).toBe(
        typeof one.token === 'object' && one.signature === undefined && one.claims === undefined,
      );
    },
  );

  test('has a case for every code', () => {
    const told = new Set(explanationCases.map(({ code }) => code));
    expect(diagnosisCodes.filter((code) => !told.has(code))).toEqual([]);
  });

  test('shows each condition with the pattern and what the token has', async () => {
    const { conditions } = await ask(named('audiences of its own'));
    const provider = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
    const audience = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
    expect(conditions).toEqual([
      {
        key: `${provider}:aud`,
        operator: 'StringEquals',
        expected: audience,
        actual: [audience, 'rolewright'],
        holds: false,
      },
      {
        key: `${provider}:sub`,
        operator: 'StringLike',
        expected: `${shop.uuid}:${production.uuid}:*`,
        actual: `${shop.uuid}:${production.uuid}:{759de0c6-eaee-4eaa-b7a6-c507eec759a7}`,
        holds: true,
      },
    ]);
  });

  test('names the claims that it took as every token of the workspace has them', async () => {
    expect((await ask(named('a subject alone'))).assumed).toEqual(['iss', 'aud']);
    const complete = await ask(named('claims that somebody typed, without times'));
    expect(complete).not.toHaveProperty('assumed');
    expect(await ask(named('its own step'))).not.toHaveProperty('assumed');
  });

  test('writes nothing', async () => {
    for (const one of explanationCases) {
      const { ports, journal } = stage(one);
      await explainAdmission(ports, bodyOf(one), platform);
      expect(journal).toEqual([]);
    }
  });
});

describe('Bitbucket', () => {
  test('is asked once where the environment is the matter, and never otherwise', async () => {
    for (const one of explanationCases) {
      const { ports, asked } = stage(one);
      await explainAdmission(ports, bodyOf(one), platform);
      const helps = ['DEPLOYMENT_MISSING', 'ENVIRONMENT_REPLACED', 'WRONG_ENVIRONMENT'].includes(one.code);
      expect([one.name, asked]).toEqual([
        one.name,
        helps ? [`${shop.workspace.uuid} ${shop.uuid} ${production.uuid}`] : [],
      ]);
    }
  });

  test('tells that the environment is gone: a new grant is needed, whatever the step deploys to', async () => {
    for (const name of ['an environment of the same name', 'another environment']) {
      const explanation = await ask(named(name), async () => undefined);
      expect(explanation).toMatchObject({ code: 'ENVIRONMENT_REPLACED', admitted: false });
      expect(explanation.advice).toMatch(/no longer has the grant's environment.*new grant/);
      expect(explanation).not.toHaveProperty('snippet');
    }
  });

  test('tells the name that the environment has now, for the step to use', async () => {
    const renamed = async () => ({ ...production, name: 'Live' });
    for (const name of [
      'a step that does not deploy',
      'an environment of the same name',
      'another environment',
    ]) {
      const { advice, snippet } = await ask(named(name), renamed);
      expect(advice).toContain('"Live"');
      expect(snippet).toBe('- step:\n    deployment: "Live"\n    oidc: true\n');
    }
  });
});

describe('a renamed workspace', () => {
  test('that is configured under its new slug needs the grant to be asked for again, no more', async () => {
    const one = named('a workspace that has a new slug');
    const { ports } = stage(one);
    const workspaces = [{ ...shop.workspace, slug: 'acme-corp' }];
    const explained = await explainAdmission(
      { ...ports, configuration: { ...ports.configuration, workspaces } },
      bodyOf(one),
      platform,
    );
    expect(successOf(explained).advice).toMatch(/Repeat the same POST/);
    expect(successOf(explained).advice).not.toContain('config/rolewright.yaml');
  });
});

describe('a caller', () => {
  const refusalFor = async (caller: Caller, name = 'its own step') => {
    const one = named(name);
    return problemOf(await explainAdmission(stage(one).ports, bodyOf(one), caller)).code;
  };

  test('who may not read the grant is told that there is none', async () => {
    expect(await refusalFor({ principal: { kind: 'person', id: 'mallory@acme.example' }, groups: [] })).toBe(
      'GRANT_NOT_FOUND',
    );
    expect(await refusalFor(pipelineOf(web))).toBe('GRANT_NOT_FOUND');
    expect(await refusalFor(pipelineOf(shop), 'a step that does not deploy')).toBe('GRANT_NOT_FOUND');
  });

  test('that is a pipeline may ask about its own repository', async () => {
    const { code } = await ask(named('its own step'), undefined, pipelineOf(shop));
    expect(code).toBe('ADMITTED');
  });

  test('is told the same of a grant that does not exist', async () => {
    const { ports } = stage(named('its own step'));
    const grantId = asGrantId('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa');
    const refused = await explainAdmission(ports, { grantId, token: 'x' }, platform);
    expect(problemOf(refused).code).toBe('GRANT_NOT_FOUND');
  });
});

describe('a body', () => {
  test.each<[string, unknown, string[]]>([
    ['neither token nor claims', { grantId: GRANT_ID }, ['/token']],
    ['both', { grantId: GRANT_ID, token: 'x', claims: {} }, ['/claims']],
    ['nothing', {}, ['/grantId', '/token']],
    ['no object', [], ['']],
    ['other types', { grantId: 7, token: 7 }, ['/grantId', '/token']],
    ['claims that are a list', { grantId: GRANT_ID, claims: [] }, ['/claims']],
    ['an id that is none', { grantId: '../x', token: '' }, ['/grantId']],
    ['a field more', { grantId: GRANT_ID, token: '', role: 'x' }, ['/role']],
    ['an identity that is no ARN', { grantId: GRANT_ID, token: '', identity: 'user/old' }, ['/identity']],
    [
      'a variable with its value',
      { grantId: GRANT_ID, token: '', variables: ['AWS_REGION', 'AWS_ACCESS_KEY_ID=AKIA'] },
      ['/variables/1'],
    ],
    ['a token longer than STS takes', { grantId: GRANT_ID, token: 'x'.repeat(20_001) }, ['/token']],
  ])('with %s is refused, every field by name', (_what, body, pointers) => {
    const { code, errors = [] } = problemOf(parseBody(explainRequestSchema, body));
    expect(code).toBe('REQUEST_INVALID');
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers);
  });
});

test('docs/explain.md explains every code, in the order in which they are told', () => {
  const rows = [...readFileSync('docs/explain.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)];
  expect(rows.map(([, code]) => code)).toEqual([...diagnosisCodes]);
});
