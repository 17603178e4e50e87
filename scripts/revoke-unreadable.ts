import { apiClient } from './api-client.ts';

/** States in which nothing of a grant is left in IAM. */
const ENDED = ['revoked', 'rejected', 'failed'];

/** `npm run revoke:unreadable -- <grant>`: closes the role of a grant whose events cannot be read, by the API, and says
 *  what became of it. Exit code 0 once the role is closed or the grant has ended, 1 otherwise, 2 for wrong use. */
async function main(grantId: string | undefined): Promise<number> {
  if (!grantId || !/^gr_[a-z2-7]{26}$/.test(grantId)) {
    console.error('Usage: npm run revoke:unreadable -- gr_<26 characters>');
    return 2;
  }
  const call = await apiClient();
  const answer = await call('DELETE', `/v1/grants/${grantId}`);
  if (answer.unreadable !== true) {
    const state = String(answer.state);
    console.log(`The events of ${grantId} can be read. It is revoked as any other; its state is ${state}.`);
    return ENDED.includes(state) ? 0 : 1;
  }
  const { role, access, note } = answer as { role?: { arn: string }; access: string; note: string };
  console.log(note);
  if (role) console.log(`Role: ${role.arn}`);
  return access === 'closed' ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv[2]);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
