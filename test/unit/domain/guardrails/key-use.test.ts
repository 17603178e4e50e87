import { describe, expect, test } from '@jest/globals';
import { violationsOf } from '../../../../domain/guardrails/guardrails.ts';
import type { PermissionsStatement } from '../../../../domain/policy/document.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const USE: PermissionsStatement = {
  Sid: 'UseKey',
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
  Resource: [KEY],
  Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
};

const rulesOf = (over: Partial<PermissionsStatement>): string[] =>
  violationsOf(
    { Version: '2012-10-17', Statement: [{ ...USE, ...over }] },
    { accountId: asAccountId('111122223333'), deny: [], service: undefined },
  ).map(({ rule }) => rule);

test('a named key may be used through one service', () => {
  expect(rulesOf({})).toEqual([]);
});

describe('no-key-management refuses', () => {
  test.each<[string, Partial<PermissionsStatement>]>([
    ['the use by itself', { Condition: {} }],
    ['a service that is compared otherwise', { Condition: { StringLike: { 'kms:ViaService': 's3.*' } } }],
    ['any service', { Condition: { StringEquals: { 'kms:ViaService': '*' } } }],
    ['a service of any Region', { Condition: { StringEquals: { 'kms:ViaService': 's3.*.amazonaws.com' } } }],
    ['a key behind something else', { Resource: [`x${KEY}`] }],
    ['what comes behind a key', { Resource: [`${KEY}/*`] }],
    ['a key beside another thing', { Resource: [KEY, 'arn:aws:s3:::shop-site/*'] }],
    [
      'a service behind something else',
      { Condition: { StringEquals: { 'kms:ViaService': '*.s3.eu-central-1.amazonaws.com' } } },
    ],
    [
      'another domain behind a service',
      { Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com.example' } } },
    ],
    [
      'one service beside any',
      { Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com', '*'] } } },
    ],
    ['no service', { Condition: { StringEquals: { 'kms:ViaService': [] } } }],
    [
      'a condition that holds without the key',
      { Condition: { StringEqualsIfExists: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } } },
    ],
    [
      'the condition in two spellings',
      {
        Condition: {
          StringEquals: {
            'kms:ViaService': 's3.eu-central-1.amazonaws.com',
            'kms:viaservice': 'sqs.eu-central-1.amazonaws.com',
          },
        },
      },
    ],
    ['any key', { Resource: ['arn:aws:kms:eu-central-1:111122223333:key/*'] }],
    ['an alias', { Resource: ['arn:aws:kms:eu-central-1:111122223333:alias/shop'] }],
    ['a key beside others', { Resource: [KEY, '*'] }],
    ['more than its use', { Action: ['kms:Decrypt', 'kms:CreateGrant'] }],
    ['its deletion', { Action: ['kms:ScheduleKeyDeletion'] }],
    ['its policy', { Action: ['kms:PutKeyPolicy'] }],
    ['what moves data to another key', { Action: ['kms:ReEncryptTo'] }],
    ['a wildcard that could be its use', { Action: ['kms:D*'] }],
  ])('%s', (_, over) => {
    expect(rulesOf(over)).toContain('no-key-management');
  });
});
