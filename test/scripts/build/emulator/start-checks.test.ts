import { expect, test } from '@jest/globals';
import { isLocalOrigin, testOnlyBuild } from '../../../../scripts/build/emulator/start-checks.ts';

const sound = {
  EMULATOR_ACCOUNT: '111122223333',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  SANDBOX_BITBUCKET_URL: 'http://127.0.0.1:4010',
  SANDBOX_SLACK_URL: 'http://127.0.0.1:4040',
};

test('a test-only build starts in an example account with endpoints of this machine', () => {
  expect(testOnlyBuild.startErrors(sound)).toEqual([]);
  expect(testOnlyBuild.startErrors({ ...sound, AWS_ENDPOINT_URL_STS: 'http://localhost:4020' })).toEqual([]);
});

test.each(['730335287361', '', undefined, '111122223333 ', '11112222333'])(
  'a test-only build does not start in account %j',
  (account) => {
    expect(testOnlyBuild.startErrors({ ...sound, EMULATOR_ACCOUNT: account })).toEqual([
      expect.stringMatching(/^EMULATOR_ACCOUNT: a test-only build does not start in account /),
    ]);
  },
);

test.each(['AWS_ENDPOINT_URL', 'SANDBOX_BITBUCKET_URL', 'SANDBOX_SLACK_URL'])(
  'a test-only build without %s does not start: it would call the real one',
  (name) => {
    expect(testOnlyBuild.startErrors({ ...sound, [name]: undefined })).toContain(`${name}: is missing`);
    expect(testOnlyBuild.startErrors({ ...sound, [name]: '' })).toContain(`${name}: is missing`);
  },
);

test.each([
  ['AWS_ENDPOINT_URL', 'https://sts.eu-central-1.amazonaws.com'],
  ['AWS_ENDPOINT_URL_IAM', 'https://iam.amazonaws.com'],
  ['AWS_ENDPOINT_URL_DYNAMODB', 'https://vpce-0a1b.dynamodb.eu-central-1.vpce.amazonaws.com'],
  ['SANDBOX_BITBUCKET_URL', 'https://api.bitbucket.org'],
  ['SANDBOX_SLACK_URL', 'https://slack.com'],
])('a test-only build with %s=%s does not start', (name, value) => {
  expect(testOnlyBuild.startErrors({ ...sound, [name]: value })).toEqual([
    `${name}: a test-only build calls emulators and stand-ins on this machine only`,
  ]);
});

test.each([
  'http://127.0.0.1:4566',
  'http://10.1.2.3:4566',
  'http://172.17.0.2:4566',
  'http://192.168.1.5:4566',
  'http://[::1]:4566',
  'http://localhost:4566',
  'http://abc.execute-api.localhost:4566',
  'http://host.docker.internal:4566',
  'http://ministack:4566',
])('%s is on this machine or in a private network', (origin) => {
  expect(isLocalOrigin(origin)).toBe(true);
});

test.each([
  'http://169.254.169.254',
  'http://169.254.170.2',
  'http://172.32.0.1',
  'http://11.0.0.1',
  'http://192.169.0.1',
  'http://127.0.0.1.amazonaws.com',
  'http://localhost.amazonaws.com',
  'http://localhost@sts.amazonaws.com',
  'http://notlocalhost.com',
  'http://2130706433.example.com',
  '127.0.0.1:4566',
  '',
])('%j is not', (origin) => {
  expect(isLocalOrigin(origin)).toBe(false);
});
