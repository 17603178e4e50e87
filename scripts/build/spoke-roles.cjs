// The value of custom.spokeRoles in serverless.yml. The framework loads CommonJS only.
module.exports = async ({ options }) => {
  const { spokeRoles } = await import('./spoke-roles.ts');
  return spokeRoles(options.stage);
};
