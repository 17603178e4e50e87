// The value of custom.stageSettings in serverless.yml. The framework loads CommonJS only.
module.exports = async ({ options, resolveConfigurationProperty, resolveVariable }) => {
  const { stageSettings } = await import('./stage-settings.ts');
  const settings = stageSettings(options.stage, {
    service: await resolveConfigurationProperty(['service']),
    path: (await resolveVariable('param:functionRolePath')) || '/',
    prefix: (await resolveVariable('param:functionRolePrefix')) || '',
    domain: {
      name: await resolveVariable('param:domainName'),
      basePath: await resolveVariable('param:domainBasePath'),
      certificate: await resolveVariable('param:domainCertificate'),
    },
  });
  // The local gateway, which would answer preflights otherwise than API Gateway does, is given them by SANDBOX_CORS.
  return process.env.SANDBOX_CORS === undefined ? settings : { ...settings, cors: false };
};
