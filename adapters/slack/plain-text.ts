/** Text that Slack shows literally, in mrkdwn and in a message's own text. The three characters that begin mentions and
 *  links are escaped, so a person's text cannot mention a channel. Source: Slack, "Formatting text for app surfaces". */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
