/**
 * The smallest of some numbers that is not below this part of them (the nearest rank).
 *
 * @param part From 0 to 1.
 * @return Nothing when there are no numbers.
 */
export function percentile(numbers: readonly number[], part: number): number | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
