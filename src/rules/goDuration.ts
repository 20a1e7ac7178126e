/** The units of a Go duration, in milliseconds. The micro sign has two code points, and Go reads both. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 1e-3],
  ['\u00b5s', 1e-3],
  ['\u03bcs', 1e-3],
  ['ns', 1e-6],
]);

const NANOSECONDS = 1e6;

/** The maximum length of a text that is parsed. The longest duration that Go formats has 25 characters. */
const MAX_LENGTH = 64;

/**
 * Formats a duration like Go's `Duration.String`, which is the format of Groq's headers and messages.
 *
 * @param ms Milliseconds, rounded to whole nanoseconds. Zero and negative numbers become `0s`.
 * @example
 * formatGoDuration(60);         // => '60ms'
 * formatGoDuration(782.333333); // => '782.333333ms'
 * formatGoDuration(172_800);    // => '2m52.8s'
 * formatGoDuration(3_888_000);  // => '1h4m48s'
 * @see https://pkg.go.dev/time#Duration.String
 */
export function formatGoDuration(ms: number): string {
  const ns = Math.round(ms * NANOSECONDS);
  if (!(ns > 0)) return '0s';
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${decimal(ns, 3)}\u00b5s`;
  if (ns < 1e9) return `${decimal(ns, 6)}ms`;

  const minutes = Math.floor(ns / 6e10);
  const seconds = `${decimal(ns - minutes * 6e10, 9)}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}

/**
 * Parses a duration like Go's `ParseDuration`, in linear time, except that a sign is refused: no wait is negative.
 *
 * @return Milliseconds, or `undefined` if the text is not a duration.
 * @example
 * parseGoDuration('2m52.8s');    // => 172_800
 * parseGoDuration('1h4m48s');    // => 3_888_000
 * parseGoDuration('7.66');       // => undefined, for want of a unit
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === '' || text.length > MAX_LENGTH) return undefined;
  if (text === '0') return 0;

  let total = 0;
  let at = 0;
  while (at < text.length) {
    const whole = digitsFrom(text, at);
    const point = text[whole] === '.';
    const fraction = point ? digitsFrom(text, whole + 1) : whole;
    const hasDigits = whole > at || fraction > whole + 1;
    const end = unitFrom(text, fraction);
    const unit = UNITS.get(text.slice(fraction, end));
    if (!hasDigits || unit === undefined) return undefined;

    total += Number(text.slice(at, whole)) * unit;
    // Added separately, so that 59.56 s is 59 560 ms, and not 1,000 times the nearest double to 59.56.
    if (point) total += (Number(text.slice(whole + 1, fraction)) * unit) / 10 ** (fraction - whole - 1);
    at = end;
  }
  return total;
}

/** A number of units of `10 ** places`, with a point and without trailing zeros. */
function decimal(value: number, places: number): string {
  const unit = 10 ** places;
  const whole = Math.floor(value / unit);
  const rest = String(value - whole * unit).padStart(places, '0');
  let end = rest.length;
  while (end > 0 && rest[end - 1] === '0') end--;
  return end === 0 ? String(whole) : `${whole}.${rest.slice(0, end)}`;
}

function digitsFrom(text: string, start: number): number {
  let at = start;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

function unitFrom(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '.' && !isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
