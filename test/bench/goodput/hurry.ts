/**
 * Makes the clock of a process run faster, so that a minute takes seconds and all delays keep their proportions. It
 * must be loaded first, with `--import`.
 */
const speed = Number(process.env['BENCH_SPEED'] ?? 1);
const { setTimeout: later, setInterval: often } = globalThis;
const started = Date.now();
const now = performance.now.bind(performance);
const date = Date.now.bind(Date);

type Act = (...args: unknown[]) => void;

Object.assign(globalThis, {
  setTimeout: (act: Act, ms = 0, ...rest: unknown[]) => later(act, ms / speed, ...rest),
  setInterval: (act: Act, ms = 0, ...rest: unknown[]) => often(act, ms / speed, ...rest),
});
performance.now = () => now() * speed;
Date.now = () => started + (date() - started) * speed;
