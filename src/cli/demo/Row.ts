import type { GroqError, StateToken, Token, Usage } from '../../index.ts';
import { terminalTextFilter } from '../../rules/terminal/terminalText.ts';
import { Milestones } from '../Milestones.ts';
import type { Task } from './Task.ts';

/** How far a question has come. */
export type Stand = 'waiting' | 'answering' | 'answered' | 'failed';

/** How much of an answer is kept, in characters. What was there first is forgotten first. */
const KEPT = 20_000;

/** One question of the demonstration, and what has become of it. */
export class Row {
  readonly task: Task;
  readonly milestones: Milestones;
  stand: Stand = 'waiting';
  /** While it waits: when it is expected to start, as far as it was told. */
  startsAt: number | undefined;
  /** The end of what the model has written. */
  text = '';
  usage: Usage | undefined;
  error: GroqError | undefined;
  readonly #filter = terminalTextFilter();

  constructor(task: Task, now: number) {
    this.task = task;
    this.milestones = new Milestones(now);
  }

  hear(token: Token | StateToken, now: number): void {
    this.milestones.hear(token, now);
    switch (token.type) {
      case 'state':
        this.#follow(token, now);
        break;
      case 'text':
        this.text = (this.text + this.#filter(token.text)).slice(-KEPT);
        break;
      case 'finish':
        this.usage = token.usage;
        break;
      default:
    }
  }

  #follow(token: StateToken, now: number): void {
    const isUnderWay = token.state === 'admitted' || token.state === 'connected';
    this.stand = isUnderWay ? 'answering' : 'waiting';
    if (!isUnderWay && token.startsInMs !== undefined) this.startsAt = now + token.startsInMs;
  }

  /** @param error Absent when it was answered. */
  end(now: number, error?: GroqError): void {
    this.milestones.ended = now;
    this.error = error;
    this.stand = error === undefined ? 'answered' : 'failed';
  }
}
