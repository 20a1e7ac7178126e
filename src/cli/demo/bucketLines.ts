import type { BucketLevel } from '../../index.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import { formatNumber } from '../formatNumber.ts';
import { formatDuration } from '../formatTime.ts';
import { bar } from '../terminal/bar.ts';
import { fit, fitRight } from '../terminal/fit.ts';
import type { Palette } from '../terminal/palette.ts';

/** As wide as `requests per minute`, and as `200,000 of 200,000`. */
const LABEL = 19;
const AMOUNT = 18;

/** Draws how full each bucket is, one in a line. */
export function bucketLines(levels: readonly BucketLevel[], width: number, palette: Palette): string[] {
  const room = width - LABEL - AMOUNT - 4;
  return levels.map(({ dimension, level, limit, pausedFor }) => {
    const part = level / limit;
    const paint = part > 0.5 ? palette.good : part > 0.15 ? palette.warning : palette.bad;
    const { full, empty } = bar(part, Math.max(0, room));
    const amount =
      pausedFor > 0 ? `paused ${formatDuration(pausedFor)}` : `${formatNumber(level)} of ${formatNumber(limit)}`;
    const label = fit(DIMENSIONS[dimension].label, Math.min(LABEL, width));
    if (room < 1) return fit(`${label} ${amount}`, width);
    return `${label}  ${paint(full)}${palette.faint(empty)}  ${fitRight(amount, AMOUNT)}`;
  });
}
