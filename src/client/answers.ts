import { Observable, type OperatorFunction, type Subscriber, Subscription } from 'rxjs';
import { type GroqError, isGroqError } from '../errors/GroqError.ts';
import { ValidationError } from '../errors/ValidationError.ts';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { Answer } from '../model/Token.ts';
import { type OperateConfig, operate } from '../operators/operate.ts';
import { merged } from '../rules/merged.ts';
import { type Linked, LinkedList } from '../rules/queue/LinkedList.ts';
import type { CallOptions } from './CallOptions.ts';

/** How {@link Groq.answers} asks, and how it hands out what it gets. What is said of a call holds for each of them. */
export interface AnswersOptions<T = unknown> extends CallOptions {
  /** What the call for one input is told, where that is another thing than all of them are told. */
  readonly each?: ((input: T, index: number) => CallOptions) | undefined;
  /**
   * How many inputs are under way at a time. Further ones wait, and become requests as others end. Where answers are
   * `ordered`, one whose answer waits for its turn is under way still, so that no more of them are held. A whole number;
   * minimum: 1.
   *
   * @default Infinity
   */
  readonly concurrency?: number | undefined;
  /**
   * Whether the answers are emitted in the order of the inputs. Otherwise each is emitted as soon as it is complete.
   *
   * @default false
   */
  readonly ordered?: boolean | undefined;
  /**
   * Whether an error is a value like an answer, so that the others go on, or ends the stream. What `project` or `each`
   * throws is such an error, too: `emit` gives it as the `cause` of a {@link ValidationError}, unless it is a
   * {@link GroqError} itself.
   *
   * @default 'emit'
   */
  readonly onError?: 'emit' | 'throw' | undefined;
}

/** An input with its answer. */
export interface Answered<T> {
  readonly input: T;
  readonly index: number;
  readonly answer: Answer;
}

/** The result for one input: its answer, or its error. */
export type AnswerResult<T> = Answered<T> | { readonly input: T; readonly index: number; readonly error: GroqError };

/** Makes a request of an input. */
type Project<T> = (input: T, index: number) => ChatInput;

/** Gives the answer to a request. */
type Ask = (request: ChatInput, options: CallOptions) => Observable<Answer>;

/**
 * Turns a stream of inputs into a stream of answers: each input becomes a request, at once unless `concurrency` says
 * otherwise, and the limits decide when it is sent.
 */
export function answers<T>(
  ask: Ask,
  project: Project<T>,
  options: AnswersOptions<T>,
): OperatorFunction<T, AnswerResult<T>> {
  const { each, concurrency = Infinity, ordered = false, onError = 'emit', ...call } = options;
  const optionsOf = (input: T, index: number): CallOptions =>
    each === undefined ? call : merged<CallOptions>(call, each(input, index));
  const config = { ask, project, optionsOf, concurrency, ordered, onError };
  return (source) =>
    new Observable((destination) => {
      const answering = new Answering(config, destination);
      destination.add(() => {
        answering.cancel();
      });
      source.subscribe(operate(answering));
    });
}

/** What {@link answers} was told. */
interface AnsweringConfig<T> {
  readonly ask: Ask;
  readonly project: Project<T>;
  readonly optionsOf: (input: T, index: number) => CallOptions;
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly onError: 'emit' | 'throw';
}

/** One input, from when it comes until its result is handed out. */
class Asked<T> implements Linked<Asked<T>> {
  previous: Asked<T> | undefined;
  next: Asked<T> | undefined;
  readonly input: T;
  readonly index: number;
  readonly request = new Subscription();
  result: AnswerResult<T> | undefined;
  ended = false;

  constructor(input: T, index: number) {
    this.input = input;
    this.index = index;
  }
}

/** The inputs of one subscriber. */
class Answering<T> implements OperateConfig<T, AnswerResult<T>> {
  readonly destination: Subscriber<AnswerResult<T>>;
  readonly #config: AnsweringConfig<T>;
  /** Those who come too early, in order. */
  readonly #waiting = new LinkedList<Asked<T>>();
  /** The others, in order. A list of our own: rxjs's mergeMap searches an array whenever a request ends. */
  readonly #underWay = new LinkedList<Asked<T>>();
  #underWayCount = 0;
  #count = 0;
  /** Whether somebody takes those who wait already: requests that end at once are not to call each other. */
  #starting = false;
  #completed = false;

  constructor(config: AnsweringConfig<T>, destination: Subscriber<AnswerResult<T>>) {
    this.#config = config;
    this.destination = destination;
  }

  next(input: T): void {
    this.#waiting.push(new Asked(input, this.#count++));
    this.#startAll();
  }

  complete(): void {
    this.#completed = true;
    this.#completeIfDone();
  }

  /** Unsubscribes from all that is under way. */
  cancel(): void {
    for (const { request } of this.#underWay) request.unsubscribe();
  }

  /** Starts as many as may be under way. */
  #startAll(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (this.#underWayCount < this.#config.concurrency && !this.destination.closed) {
      const asked = this.#waiting.first;
      if (asked === undefined) break;
      this.#waiting.remove(asked);
      this.#underWay.push(asked);
      this.#underWayCount += 1;
      this.#start(asked);
    }
    this.#starting = false;
  }

  #start(asked: Asked<T>): void {
    const { input, index, request } = asked;
    const { ask, project, optionsOf, onError } = this.#config;
    const fail = (error: unknown): void => {
      if (onError === 'throw' || !isGroqError(error)) {
        this.destination.error(error);
        return;
      }
      asked.result = { input, index, error };
      this.#end(asked);
    };
    let answer$: Observable<Answer>;
    // Which of the two it was, should one throw.
    let called = 'project';
    try {
      const body = project(input, index);
      called = 'each';
      answer$ = ask(body, optionsOf(input, index));
    } catch (error) {
      fail(onError === 'throw' || isGroqError(error) ? error : thrownBy(called, error));
      return;
    }
    const answering = answer$.subscribe({
      next: (answer) => {
        asked.result = { input, index, answer };
      },
      error: fail,
      complete: () => {
        this.#end(asked);
      },
    });
    request.add(answering);
  }

  /** Hands out a result, or holds it until its turn. An input without one only gives up its turn. */
  #end(asked: Asked<T>): void {
    asked.ended = true;
    if (this.#config.ordered) {
      for (let first = this.#underWay.first; first?.ended === true; first = this.#underWay.first) this.#handOut(first);
    } else this.#handOut(asked);
    this.#startAll();
    this.#completeIfDone();
  }

  #handOut(asked: Asked<T>): void {
    this.#underWay.remove(asked);
    this.#underWayCount -= 1;
    if (asked.result !== undefined) this.destination.next(asked.result);
  }

  #completeIfDone(): void {
    if (this.#completed && this.#underWayCount === 0 && this.#waiting.first === undefined) this.destination.complete();
  }
}

const thrownBy = (name: string, cause: unknown): ValidationError => {
  const expected = name === 'project' ? 'a chat request' : 'options of a call';
  const issue = { path: `${name}()`, expected, got: 'an error' };
  return new ValidationError('What answers() calls', [issue], 'See the cause: nothing was sent.', { cause });
};
