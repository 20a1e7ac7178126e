import type { FinishToken, StateToken, Token } from '../index.ts';
import { terminalText } from '../rules/terminal/terminalText.ts';
import { formatNumber } from './formatNumber.ts';
import { formatDuration } from './formatTime.ts';
import { Milestones } from './Milestones.ts';
import { paletteFor } from './terminal/palette.ts';

/** From which wait on it is told, in milliseconds. */
const WORTH_TELLING = 500;

/**
 * Tells beside an answer what keeps it waiting, and in the end what it took. Off a terminal it says only that an answer
 * was cut, which whoever reads the output could not tell from that alone.
 */
export class AnswerReport {
  readonly #stderr: NodeJS.WriteStream;
  readonly #milestones = new Milestones(performance.now());
  #finish: FinishToken | undefined;
  /** What is expected is told anew whenever it changes, which is too often for a line each time. */
  #toldToWait = false;

  constructor(stderr: NodeJS.WriteStream) {
    this.#stderr = stderr;
  }

  hear(token: Token | StateToken): void {
    const now = performance.now();
    this.#milestones.hear(token, now);
    if (token.type === 'state') this.#tellDelay(token);
    else if (token.type === 'finish') {
      this.#finish = token;
      this.#milestones.ended = now;
    }
  }

  #tellDelay(token: StateToken): void {
    if (token.state === 'admitted' || token.state === 'connected') return;
    const { state, startsInMs = 0 } = token;
    if (startsInMs < WORTH_TELLING) return;
    if (state === 'retrying') this.#tell(`The attempt failed; retrying in ${formatDuration(startsInMs)}.`);
    else if (!this.#toldToWait) this.#tell(`The limits are used up; sending in ${formatDuration(startsInMs)}.`);
    this.#toldToWait ||= state === 'queued';
  }

  /** Tells the sum of it, once the answer has come. */
  sum(): void {
    if (this.#finish === undefined) return;
    this.#tell(describeAnswer(this.#finish, this.#milestones));
    if (!this.#stderr.isTTY && this.#finish.reason === 'length') {
      this.#stderr.write('The answer was cut off at the maximum number of tokens.\n');
    }
  }

  #tell(line: string): void {
    if (this.#stderr.isTTY) this.#stderr.write(`${paletteFor(this.#stderr).faint(terminalText(line))}\n`);
  }
}

/** Says in one line what an answer has used and how long it took. */
export function describeAnswer({ model, usage, reason }: FinishToken, milestones: Milestones): string {
  const { asked, ended, connecting, toFirstToken } = milestones;
  return [
    model,
    ...(usage === undefined
      ? []
      : [`${formatNumber(usage.prompt_tokens)} + ${formatNumber(usage.completion_tokens)} tokens`]),
    ...(connecting === undefined ? [] : [`connected in ${formatDuration(connecting)}`]),
    ...(toFirstToken === undefined ? [] : [`first token after ${formatDuration(toFirstToken)}`]),
    ...(ended === undefined ? [] : [`${formatDuration(ended - asked)} in total`]),
    ...(reason === 'length' ? ['cut off at the maximum number of tokens'] : []),
  ].join(' · ');
}
