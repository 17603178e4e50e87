// The value of custom.stageSettings in serverless.yml. The framework loads CommonJS only.
module.exports = async ({ options }) => {
  const { stageSettings } = await import('./stage-settings.ts');
  return stageSettings(options.stage);
};
