import type { Entry } from '../../../domain/scan/report.ts';
import { shortName } from '../report-texts.ts';
import { htmlText } from './html-text.ts';

/** The most lines between who and which role that the picture holds; the rest is counted below it. */
const MOST_ENTRIES = 40;
const [ROW, TOP, WIDTH, LEFT, RIGHT] = [34, 30, 980, 430, 640];

/** An SVG that shows who gets in to which role: at the left who, at the right the roles, a line for each way in, coloured by
 *  severity. It holds no script, no style attribute and no reference to anything outside. */
export function picture(entries: readonly Entry[]): string {
  const shown = entries.slice(0, MOST_ENTRIES);
  if (shown.length === 0) return '';
  const from = [...new Set(shown.map((one) => one.from))];
  const roles = [...new Set(shown.map((one) => one.role))];
  const rows = Math.max(from.length, roles.length);
  const height = TOP + rows * ROW + 10;
  const y = (list: readonly string[], text: string) =>
    TOP + (list.indexOf(text) + 0.5) * ROW * (rows / list.length);
  const lines = shown.map(({ from: who, role, severity }) => {
    const [start, end] = [y(from, who), y(roles, role)];
    const middle = (LEFT + RIGHT) / 2;
    return `<path class="line ${severity}" d="M${LEFT} ${start} C${middle} ${start} ${middle} ${end} ${RIGHT - 8} ${end}"/>`;
  });
  const left = from.map((who) => label(who, { x: LEFT - 10, y: y(from, who), anchor: 'end', most: 50 }));
  const right = roles.map((role) => {
    const severity = shown.find((one) => one.role === role)?.severity ?? 'right';
    const at = y(roles, role);
    return `<circle class="dot ${severity}" cx="${RIGHT}" cy="${at}" r="6"/>${label(shortName(role), { x: RIGHT + 14, y: at, anchor: 'start', most: 44 }, role)}`;
  });
  const more = entries.length - shown.length;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Who gets in to which role">`,
    `<text class="axis" x="${LEFT - 10}" y="18" text-anchor="end">who</text>`,
    `<text class="axis" x="${RIGHT + 14}" y="18">gets in to</text>`,
    ...lines,
    ...left,
    ...right,
    '</svg>',
    ...(more > 0 ? [`<p class="more">and ${more} more below</p>`] : []),
  ].join('\n');
}

type Placed = { x: number; y: number; anchor: 'start' | 'end'; most: number };

function label(text: string, { x, y, anchor, most }: Placed, full = text): string {
  const chars = [...text];
  const short = chars.length > most ? `${chars.slice(0, most - 1).join('')}…` : text;
  return `<text x="${x}" y="${y + 4}" text-anchor="${anchor}"><title>${htmlText(full)}</title>${htmlText(short)}</text>`;
}
