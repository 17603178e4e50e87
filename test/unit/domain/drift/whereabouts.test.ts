import { describe, expect, test } from '@jest/globals';
import { judgeProvider, judgeWhereabouts, type Whereabouts } from '../../../../domain/drift/whereabouts.ts';
import { projectUuidSchema, workspaceUuidSchema } from '../../../../domain/shared/identifiers.ts';

const workspace = { slug: 'acme', uuid: workspaceUuidSchema.parse('{922e118c-f34f-4226-a897-0e0afbec553d}') };
const project = { key: 'SHOP', uuid: projectUuidSchema.parse('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}') };
const other = { key: 'WEB', uuid: projectUuidSchema.parse('{18b60cd9-173a-4a44-a4ec-6c251e367573}') };
const there = (changes: object = {}, environment: 'there' | 'gone' = 'there'): Whereabouts => ({
  repository: { workspace, project, ...changes },
  environment,
});
const judge = (found: Whereabouts) =>
  judgeWhereabouts({ workspace, project }, found).map(({ kind, direction }) => `${kind} ${direction}`);

describe('what Bitbucket says', () => {
  test.each<[string, Whereabouts, string[]]>([
    ['is as it was', there(), []],
    ['the project has another key', there({ project: { ...project, key: 'STORE' } }), []],
    ['the repository is gone', { repository: 'gone' }, ['REPOSITORY_GONE neutral']],
    ['the repository is in another project', there({ project: other }), ['REPOSITORY_MOVED neutral']],
    ['the repository is in no project', there({ project: undefined }), ['REPOSITORY_MOVED neutral']],
    ['the environment is gone', there({}, 'gone'), ['ENVIRONMENT_GONE neutral']],
    [
      'the workspace is renamed',
      there({ workspace: { ...workspace, slug: 'x' } }),
      ['WORKSPACE_RENAMED neutral'],
    ],
    [
      'all of it',
      there({ project: other, workspace: { ...workspace, slug: 'x' } }, 'gone'),
      ['REPOSITORY_MOVED neutral', 'ENVIRONMENT_GONE neutral', 'WORKSPACE_RENAMED neutral'],
    ],
  ])('%s', (_, found, expected) => {
    expect(judge(found)).toEqual(expected);
  });
});

test('a provider that is gone, or lacks the audience, admits nobody: it was closed by hand', () => {
  const words = (found: { clientIds: string[] } | undefined) =>
    judgeProvider('mine', found).map(({ kind }) => kind);
  expect(words({ clientIds: ['other', 'mine'] })).toEqual([]);
  expect(words({ clientIds: ['other'] })).toEqual(['PROVIDER_CHANGED', 'CLOSED_BY_HAND']);
  expect(words(undefined)).toEqual(['PROVIDER_CHANGED', 'CLOSED_BY_HAND']);
});
