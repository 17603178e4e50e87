import { delay, type Fault, type Faults } from '../http/faults.ts';
import type { CallJournal } from './call-journal.ts';
import { jsonCall } from './json-call.ts';
import type { AwsRequest } from './protocol/aws-request.ts';
import { AwsError } from './protocol/error.ts';
import { queryCall } from './query-call.ts';
import type { ApiAnswer, WireCall } from './wire-call.ts';
import type { World } from './world.ts';

/** Answers the calls of IAM, STS and SSM. A successful write is in the state file before its answer is given. */
export function awsApi(world: World, faults: Faults, journal: CallJournal) {
  const [readQueryCall, readJsonCall] = [queryCall(world), jsonCall(world)];

  return async function answer(request: AwsRequest): Promise<ApiAnswer> {
    const isJson = request.headers['x-amz-target'] !== undefined;
    const call = isJson ? readJsonCall(request) : readQueryCall(request);
    const entry = { service: call.service, action: call.action, parameters: call.shown };
    let fault: Fault | undefined;
    try {
      call.check();
      fault = faults.take((match) => match === call.action);
      if (fault?.effect === 'delay') await delay(fault);
      if (fault?.effect === 'drop') {
        journal.add({ ...entry, status: 0, fault: 'drop' });
        return undefined;
      }
      throwFault(fault, call);
      const text = await call.run(world.now() + (fault?.effect === 'propagation' ? fault.delayMs : 0));
      await world.save();
      journal.add({ ...entry, status: 200, fault: fault?.effect });
      return fault?.effect === 'lostReply' ? undefined : call.answer(200, text);
    } catch (thrown) {
      const error = asAwsError(thrown, call);
      journal.add({ ...entry, status: error.status, errorCode: error.code, fault: fault?.effect });
      return fault?.effect === 'lostReply' ? undefined : call.answer(error.status, call.renderError(error));
    }
  };
}

function throwFault(fault: Fault | undefined, { faultErrors, service, action }: WireCall): void {
  if (fault?.effect === 'throttle') throw new AwsError(400, faultErrors.throttle, 'Rate exceeded');
  if (fault?.effect === 'error') throw internalError(faultErrors.internal);
  if (fault?.effect === 'forbid') {
    const message = `User is not authorized to perform: ${service}:${action}`;
    throw new AwsError(403, faultErrors.forbid, message);
  }
}

const internalError = (code: string) =>
  new AwsError(
    500,
    code,
    'The request processing has failed because of an unknown error, exception or failure.',
  );

function asAwsError(thrown: unknown, { faultErrors }: WireCall): AwsError {
  if (thrown instanceof AwsError) return thrown;
  console.error(thrown);
  return internalError(faultErrors.internal);
}
