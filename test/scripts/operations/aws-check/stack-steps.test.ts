import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { awsProbe } from '../../../../scripts/operations/aws-check/probe.ts';
import { stackSteps } from '../../../../scripts/operations/aws-check/stack-steps.ts';
import { runStep } from '../../../../scripts/operations/aws-check/step.ts';

const cloudformation = mockClient(CloudFormationClient);
const dynamodb = mockClient(DynamoDBClient);
afterAll(() => {
  cloudformation.restore();
  dynamodb.restore();
});

/** What a stack is after each look, the last one for ever, and whether its table is there. */
let states: StackStatus[];
let hasTable: boolean;
let time: number;

const absent = (message: string, name = 'ValidationError') => Object.assign(new Error(message), { name });

/** CloudFormation as its User Guide describes it: a creation that fails is undone, and the stack stays as `ROLLBACK_COMPLETE`. */
beforeEach(() => {
  [states, hasTable, time] = [[], false, 0];
  cloudformation.reset();
  cloudformation.on(CreateStackCommand).callsFake(({ TemplateBody }) => {
    const fails = 'Fails' in JSON.parse(TemplateBody ?? '').Resources;
    states = fails
      ? ['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']
      : ['CREATE_COMPLETE'];
    hasTable = !fails;
    return {};
  });
  cloudformation.on(DeleteStackCommand).callsFake(() => {
    states = [];
    return {};
  });
  cloudformation.on(DescribeStacksCommand).callsFake(() => {
    const [now] = states.length > 1 ? states.splice(0, 1) : states;
    if (!now) throw absent('Stack with id rolewright-Probe-stack does not exist');
    return { Stacks: [{ StackName: 'x', StackStatus: now, CreationTime: new Date(0) }] };
  });
  dynamodb.on(DescribeTableCommand).callsFake(() => {
    if (!hasTable) throw absent('no table', 'ResourceNotFoundException');
    return { Table: {} };
  });
});

const firstDeployment = () => {
  const step = stackSteps.find(({ name }) => name === 'first-deployment-fails');
  if (!step) throw new Error('the step is there');
  const probe = awsProbe({ account: '111122223333', region: 'eu-central-1', partition: 'aws' }, {});
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  return runStep(step, { ...probe, now: () => time, sleep });
};

test('a first deployment that fails is seen to be undone, and its table to go', async () => {
  expect(await firstDeployment()).toMatchObject({
    outcome: 'as expected',
    saw: 'after the failure: ResourceNotFoundException; after the removal: there',
  });
});

test.each<[string, StackStatus[]]>([
  ['a creation that succeeds', ['CREATE_COMPLETE']],
  ['one that cannot be undone', ['ROLLBACK_IN_PROGRESS', 'ROLLBACK_FAILED']],
  ['one that is never undone', ['ROLLBACK_IN_PROGRESS']],
])('the step fails at %s, with the state of the stack', async (_, ends) => {
  cloudformation.on(CreateStackCommand).callsFake(() => {
    states = ends;
    return {};
  });
  const last = ends.at(-1);
  expect(await firstDeployment()).toMatchObject({ outcome: 'failed', saw: `the stack is ${last}` });
});
