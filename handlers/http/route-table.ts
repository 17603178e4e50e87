/** Every route of the API and the function that answers it. A test holds `serverless.yml` and the README to it. */
export const routeTable = [
  { method: 'POST', path: '/v1/grants', function: 'grants' },
  { method: 'GET', path: '/v1/grants', function: 'grants' },
  { method: 'GET', path: '/v1/grants/{id}', function: 'grants' },
  { method: 'DELETE', path: '/v1/grants/{id}', function: 'grants' },
  { method: 'GET', path: '/v1/grants/{id}/events', function: 'grants' },
  { method: 'POST', path: '/v1/grants/{id}/approve', function: 'grants' },
  { method: 'POST', path: '/v1/grants/{id}/reject', function: 'grants' },
  { method: 'POST', path: '/v1/grants/{id}/upgrade', function: 'grants' },
  { method: 'GET', path: '/v1/templates/{name}/impact', function: 'grants' },
  { method: 'GET', path: '/v1/events', function: 'audit' },
  { method: 'GET', path: '/v1/templates', function: 'catalogue' },
  { method: 'GET', path: '/v1/templates/{name}', function: 'catalogue' },
  { method: 'POST', path: '/webhooks/bitbucket/{workspace}', function: 'webhooks' },
  { method: 'POST', path: '/v1/explain', function: 'explain' },
  { method: 'GET', path: '/healthz', function: 'front' },
] as const;
