const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR = '\u001b[2J';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Takes a terminal over to draw on it, and gives it back as it was: the text before, the cursor and the breaking of
 * lines. It is given back when the program ends as well, in whichever way, as long as it can do anything at all, and
 * while it is suspended with Ctrl-Z.
 */
export class Screen {
  readonly #stdout: NodeJS.WriteStream;
  #isOpen = false;
  /** Timers may fire before the program is told that it goes on, and what they draw would be left on the terminal. */
  #isSuspended = false;
  /** What is on the screen, so that nothing is drawn twice. */
  #drawn = '';

  constructor(stdout: NodeJS.WriteStream) {
    this.#stdout = stdout;
  }

  open(): void {
    this.#isOpen = true;
    this.#stdout.write(ENTER + CLEAR);
    this.#stdout.on('resize', this.#forget);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#resume);
    process.on('exit', this.close);
    // Before the error is printed, which would be gone with the screen.
    process.on('uncaughtExceptionMonitor', this.close);
  }

  /** Draws lines from the top left corner on, in place of what was there. */
  draw(lines: readonly string[]): void {
    const text = lines.map((line) => line + CLEAR_LINE).join('\r\n');
    if (!this.#isOpen || this.#isSuspended || text === this.#drawn) return;
    this.#drawn = text;
    this.#stdout.write(HOME + text + CLEAR_BELOW);
  }

  /** Gives the terminal back. It may be called more than once. */
  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stdout.off('resize', this.#forget);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#resume);
    process.off('exit', this.close);
    process.off('uncaughtExceptionMonitor', this.close);
    this.#stdout.write(LEAVE);
  };

  readonly #suspend = (): void => {
    this.#isSuspended = true;
    this.#stdout.write(LEAVE);
    // A signal that has a listener stops nothing by itself.
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #resume = (): void => {
    // A program that was in the background is told twice that it goes on.
    if (this.#isSuspended) this.#stdout.write(ENTER);
    this.#isSuspended = false;
    this.#forget();
  };

  readonly #forget = (): void => {
    this.#drawn = '';
    this.#stdout.write(CLEAR);
  };
}
