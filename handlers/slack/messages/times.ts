/** A time as each reader's Slack shows it, in their time zone; its ISO form where Slack cannot. Source: Slack, "Formatting
 *  text", date formatting. */
export const slackTime = (instant: string): string => {
  const seconds = Math.floor(Date.parse(instant) / 1000);
  return Number.isFinite(seconds)
    ? `<!date^${seconds}^{date_short_pretty} {time}|${instant.slice(0, 16)}Z>`
    : instant;
};
