import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { rolePathSchema, stageSchema } from '../../../../domain/configuration/stage.ts';

const content = (more: object = {}) => ({
  workspaces: [{ slug: 'acme', uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}' }],
  accounts: [{ alias: 'default', id: '111122223333', region: 'eu-west-1', boundaryPolicy: 'boundary' }],
  issuers: [],
  ownership: [],
  ...more,
});

const placeOf = (stage: string, more?: object) => {
  const parsed = parseConfiguration(content(more), stage);
  return parsed.ok ? parsed.value.accounts.map(({ stage, rolePath }) => [stage, rolePath]) : parsed.problem;
};

describe('the roles of a stage', () => {
  test.each([
    ['prod', '/rolewright/'],
    ['sandbox', '/rolewright/'],
    ['dev', '/rolewright/dev/'],
    ['eu-2', '/rolewright/eu-2/'],
  ])('of %s are at %s', (stage, path) => {
    expect(placeOf(stage)).toEqual([[stage, path]]);
  });

  test('are where its configuration says', () => {
    expect(placeOf('dev', { rolePath: '/rolewright/teams/dev/' })).toEqual([
      ['dev', '/rolewright/teams/dev/'],
    ]);
  });

  test('share no path with those of another stage of the file', () => {
    expect(placeOf('dev', { stages: ['prod', 'dev'], rolePath: '/rolewright/both/' })).toEqual([
      expect.stringContaining('/rolePath: is one path for the stages prod, dev'),
    ]);
    expect(placeOf('dev', { stages: ['prod', 'dev'] })).toEqual([['dev', '/rolewright/dev/']]);
  });
});

test.each([
  '/',
  '/other/',
  '/rolewright',
  'rolewright/',
  '/rolewright/rw-dev/',
  '/rolewright/Dev/',
  '/rolewright/*/',
  '/rolewright/a/b/c/d/',
  '/rolewright//',
])('%j is no path for roles', (path) => {
  expect(rolePathSchema.safeParse(path).success).toBe(false);
});

test('no stage’s path can be taken for the roles of the stage above it', () => {
  for (const stage of ['rw-x', 'rw-', 'rw-shop-s3-static-site-hrq6egvaok64']) {
    expect(stageSchema.safeParse(stage).success).toBe(false);
  }
});
