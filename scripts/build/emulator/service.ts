import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ScalarTag } from 'yaml';
import { LOCAL_STAGE } from '../../../adapters/settings/source.ts';
import { stageSettings } from '../stage-settings.ts';
import { TEST_ONLY_SERVICE } from './test-only.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** CloudFormation's short tags of text, as the functions that they stand for. */
const cloudFormationTags: ScalarTag[] = [
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
  { tag: '!Ref', resolve: (name) => ({ Ref: name }) },
  { tag: '!GetAtt', resolve: (text) => ({ 'Fn::GetAtt': text.split('.') }) },
];

type Service = {
  provider: { environment: Record<string, unknown> } & Record<string, unknown>;
  custom: Record<string, unknown>;
  resources: unknown[];
} & Record<string, unknown>;

/** Resources that emulators lack: alarms over a sum of metrics, and the dashboard. Nothing else refers to them. */
const LEFT_OUT = /infrastructure\/(?:alarms|dashboard)\.yml/;

/** The service of `serverless.yml` as a test-only build: another name, the settings of the local stack, and functions that
 *  call an emulator of AWS and the stand-ins for Bitbucket and Slack. `variables` may say where these are; the defaults are the
 *  ports of the emulators and of `npm start`. */
export function emulatorService(variables: NodeJS.ProcessEnv): Service {
  const text = readFileSync(join(ROOT, 'serverless.yml'), 'utf8');
  const { provider, custom, resources, ...service } = parse(text, {
    customTags: cloudFormationTags,
  }) as Service;
  return {
    ...service,
    service: TEST_ONLY_SERVICE,
    provider: {
      ...provider,
      stage: LOCAL_STAGE,
      environment: {
        ...provider.environment,
        EMULATOR_ACCOUNT: { Ref: 'AWS::AccountId' },
        AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566',
        SANDBOX_BITBUCKET_URL: variables.SANDBOX_BITBUCKET_URL ?? 'http://127.0.0.1:4010',
        SANDBOX_SLACK_URL: variables.SANDBOX_SLACK_URL ?? 'http://127.0.0.1:4040',
      },
    },
    resources: resources.filter((one) => !LEFT_OUT.test(String(one))),
    custom: {
      ...custom,
      testOnly: true,
      stageSettings: stageSettings(LOCAL_STAGE, {
        service: TEST_ONLY_SERVICE,
        path: '/',
        prefix: '',
        domain: {},
      }),
    },
  };
}
