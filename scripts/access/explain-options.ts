/** How the command is called. */
export const usage = `Usage: npm run access:explain -- --principal <kind>:<id> --action <action> [resource]

  --principal person:ada@acme.example   also service:, pipeline:{repository}, system:
  --groups platform,approvers           of a person or service; default none
  --action request                      request, revoke, approve, read or audit
  --grant gr_…                          a grant of the running API (ROLEWRIGHT_URL and ROLEWRIGHT_TOKEN; else of npm start)
  --repository {uuid}                   instead of --grant: the repository of a grant, with these if they matter:
  --workspace acme (if several are configured)  --account default (likewise)
  --project {uuid}  --environment {uuid}  --template ecr-push
  --step-environment {uuid}             the environment that a pipeline's step runs in
  --requesters person,pipeline          for approve without --grant: the kinds of all requesters; default person
  --decided-by {uuid}                   likewise: the projects that own what is requested; default the one of --project
  --repository-admin                    assume that the person has admin on the repository in Bitbucket

Without --grant and --repository: whether the action could be allowed on any resource.`;

/** The options of the command. */
export const options = {
  principal: { type: 'string' },
  groups: { type: 'string', default: '' },
  action: { type: 'string' },
  grant: { type: 'string' },
  repository: { type: 'string' },
  workspace: { type: 'string' },
  project: { type: 'string' },
  environment: { type: 'string' },
  account: { type: 'string' },
  template: { type: 'string' },
  'step-environment': { type: 'string' },
  requesters: { type: 'string', default: 'person' },
  'decided-by': { type: 'string' },
  'repository-admin': { type: 'boolean', default: false },
} as const;
