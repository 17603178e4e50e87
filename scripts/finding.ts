/** One check of the doctor. `remedy` says what to do if it failed, or with `isWarning` what to consider. */
export type Finding = { about: string; isGood: boolean; isWarning?: true; remedy?: string };

export const good = (about: string): Finding => ({ about, isGood: true });
export const bad = (about: string, remedy: string): Finding => ({ about, isGood: false, remedy });
export const warning = (about: string, remedy: string): Finding => ({
  about,
  isGood: true,
  isWarning: true,
  remedy,
});
