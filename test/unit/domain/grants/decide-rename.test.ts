import { describe, expect, test } from '@jest/globals';
import type { Repository } from '../../../../domain/bitbucket/repository.ts';
import { decideRename } from '../../../../domain/grants/deciders/decide-rename.ts';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import type { GrantState } from '../../../../domain/grants/grant.ts';
import { expectEffect, given, type Told } from '../../../support/domain/decider-story.ts';
import { SHOP_PROJECT, shop, subject, web } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant, asProjectUuid } from '../../../support/identifiers.ts';

const NOON = asInstant('2026-06-01T12:00:00.000Z');
const { storyOf, requested } = story;
const store = { ...shop, slug: 'store', fullName: 'acme/store' };
const key = { ...SHOP_PROJECT, key: 'STORE' };
const moved = { ...SHOP_PROJECT, uuid: asProjectUuid('{0c6c7d5b-3a4e-4f0e-8f9d-55e6a3d3b009}') };
const withoutProject: Repository = { ...shop, project: undefined };
const renamed = (fullName: string, project: Repository['project'] = SHOP_PROJECT): NewEvent => ({
  type: 'RepositoryRenamed',
  data: {
    ...subject,
    repository: { uuid: shop.uuid, fullName },
    ...(project ? { project } : {}),
  },
});
const namelessProject = requested('none', { project: undefined });

describe('the present names of a repository', () => {
  test.each<[rule: string, given: Told[], when: Repository, then: NewEvent[]]>([
    ['unchanged', storyOf.active, shop, []],
    ['with another full name', storyOf.active, store, [renamed('acme/store')]],
    [
      'with another key of the project',
      storyOf.active,
      { ...shop, project: key },
      [renamed('acme/shop', key)],
    ],
    [
      'in another project of that key',
      storyOf.active,
      { ...shop, project: moved },
      [renamed('acme/shop', moved)],
    ],
    ['where Bitbucket names no project', storyOf.active, withoutProject, []],
    [
      'with another full name where Bitbucket names no project',
      storyOf.active,
      { ...store, project: undefined },
      [
        {
          type: 'RepositoryRenamed',
          data: { ...subject, repository: { uuid: shop.uuid, fullName: 'acme/store' } },
        },
      ],
    ],
    ['with a project where none was known', [namelessProject], shop, [renamed('acme/shop')]],
    ['of another repository', storyOf.active, web, []],
  ])('%s', (_, told, when, then) => {
    const events = decideRename(given(told), when);
    expect(events).toEqual(then);
    for (const event of events) expectEffect(told, event, { at: NOON });
  });

  test.each<[GrantState, number]>([
    ['pending', 1],
    ['provisioning', 1],
    ['active', 1],
    ['revoking', 1],
    ['revoked', 0],
    ['rejected', 0],
    ['failed', 0],
  ])('reach a grant that is %s with %i event', (state, count) => {
    expect(decideRename(given(storyOf[state]), store)).toHaveLength(count);
  });
});
