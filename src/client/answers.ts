import { Observable, type OperatorFunction, type Subscriber, Subscription } from 'rxjs';
import { type GroqError, isGroqError } from '../errors/GroqError.ts';
import { ValidationError } from '../errors/ValidationError.ts';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { Answer } from '../model/Token.ts';
import { type OperateConfig, operate } from '../operators/internal/operate.ts';
import { isObject } from '../rules/isObject.ts';
import { merged } from '../rules/merged.ts';
import { type Linked, LinkedList } from '../rules/queue/LinkedList.ts';
import { func } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import type { CallOptions } from './CallOptions.ts';

/** Options of {@link Groq.answers}. The options of a call apply to the request of each input. */
export interface AnswersOptions<T = unknown> extends CallOptions {
  /** Returns options for the request of one input, which override those for all inputs. */
  readonly each?: ((input: T, index: number) => CallOptions) | undefined;
  /**
   * The maximum number of inputs that are processed at a time. Further inputs wait, and become requests when others
   * end. If answers are `ordered`, an input whose answer waits for its turn still counts, so that no more answers are
   * held. A whole number; minimum: 1.
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
   * Whether an error is emitted as a result, so that the other requests go on (`emit`), or ends the stream (`throw`).
   * This includes errors that `project` or `each` throws, and those of a `place$`: `emit` reports them as the `cause` of
   * a {@link ValidationError}, unless they are a {@link GroqError}.
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

/** Maps an input to a request. */
type Project<T> = (input: T, index: number) => ChatInput;

/** Makes a request and emits its answer. */
type Ask = (request: ChatInput, options: CallOptions) => Observable<Answer>;

/**
 * Turns a stream of inputs into a stream of answers: each input becomes a request, at once unless `concurrency` delays
 * it, and the limits decide when it is sent.
 */
export function answers<T>(
  ask: Ask,
  project: Project<T>,
  options: AnswersOptions<T>,
): OperatorFunction<T, AnswerResult<T>> {
  checked(func, project, 'The first argument of answers', 'Pass a function that returns the request for an input.');
  const { each, concurrency = Infinity, ordered = false, onError = 'emit', ...call } = options;
  const optionsOf = (input: T, index: number): CallOptions =>
    each === undefined ? call : merged<CallOptions>(call, notPromised('each()', each(input, index)));
  const config = { ask, project, optionsOf, concurrency, ordered, onError };
  return (source) =>
    new Observable((destination) => {
      const inputs = new Inputs(config, destination);
      destination.add(() => {
        inputs.cancel();
      });
      source.subscribe(operate(inputs));
    });
}

/** The options of {@link answers}. */
interface InputsConfig<T> {
  readonly ask: Ask;
  readonly project: Project<T>;
  readonly optionsOf: (input: T, index: number) => CallOptions;
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly onError: 'emit' | 'throw';
}

/** One input, from when it arrives until its result is emitted. */
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
class Inputs<T> implements OperateConfig<T, AnswerResult<T>> {
  readonly destination: Subscriber<AnswerResult<T>>;
  readonly #config: InputsConfig<T>;
  /** The inputs beyond `concurrency`, in order. */
  readonly #waiting = new LinkedList<Asked<T>>();
  /** The others, in order. A list of our own: rxjs's mergeMap searches an array whenever a request ends. */
  readonly #underWay = new LinkedList<Asked<T>>();
  #underWayCount = 0;
  #count = 0;
  /** Whether waiting inputs are being started: requests that end synchronously must not recurse. */
  #starting = false;
  #completed = false;

  constructor(config: InputsConfig<T>, destination: Subscriber<AnswerResult<T>>) {
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

  /** Unsubscribes from all pending requests. */
  cancel(): void {
    for (const { request } of this.#underWay) request.unsubscribe();
  }

  /** Starts as many inputs as `concurrency` allows. */
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
    // Where an error comes from that is not of this package, as far as that is known.
    let source: Source | undefined = 'project()';
    const fail = (error: unknown): void => {
      const known = isGroqError(error) ? error : source && failureOf(source, error);
      if (onError === 'throw' || known === undefined) {
        this.destination.error(error);
        return;
      }
      asked.result = { input, index, error: known };
      this.#end(asked);
    };
    let answer$: Observable<Answer>;
    try {
      const body = notPromised('project()', project(input, index));
      source = 'each()';
      const options = optionsOf(input, index);
      answer$ = ask(body, options);
      source = options.place$ && 'place$';
    } catch (error) {
      fail(error);
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

  /** Emits a result, or holds it until its turn. An input without a result only gives up its turn. */
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

/** What the user of {@link answers} provides that may fail: what it is part of, and what was expected of it. */
const SOURCES = {
  'project()': ['A function of answers()', 'a chat request'],
  'each()': ['A function of answers()', 'options of a call'],
  place$: ['The options of the call', 'places'],
} as const;

type Source = keyof typeof SOURCES;

/**
 * What a function of {@link answers} returned. Nothing awaits it, and a promise has no properties: it would be a
 * request without messages, or options that nobody notices are missing.
 *
 * @throws {ValidationError} when it is a promise.
 */
function notPromised<T extends object>(source: Source, value: T): T {
  if (!(isObject(value) && 'then' in value)) return value;
  const [subject, expected] = SOURCES[source];
  const issue = { path: source, expected, got: 'a promise' };
  throw new ValidationError(subject, [issue], 'Await what it needs before answers(), for example with mergeMap().');
}

const failureOf = (source: Source, cause: unknown): ValidationError => {
  const [subject, expected] = SOURCES[source];
  const issue = { path: source, expected, got: 'an error' };
  const advice = source === 'place$' ? 'See the cause.' : 'See the cause; nothing was sent.';
  return new ValidationError(subject, [issue], advice, { cause });
};
