import { from, ignoreElements, Observable, type ObservableInput, startWith, tap } from 'rxjs';
import type { Token } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import type { WireEvent } from '../ports/Transport.ts';
import { textsIn, type WireChatRequest, words } from './promptOf.ts';
import { wire } from './wire.ts';

/** A piece of an answer: a text, a token, or a raw event of the transport. */
export type ReplyPiece = string | Token | WireEvent;

/**
 * The answer to one request: a text, or a stream of pieces.
 *
 * An answer is sent as the request asks, streamed or whole, with the request's model, status 200, a usage that counts
 * words, and the finish reason `tool_calls` if it has tool calls and `stop` otherwise, unless its pieces say something
 * else.
 */
export type Reply = string | ObservableInput<ReplyPiece>;

/** Turns a reply into events of the transport. */
export const onTheWire = (reply: Reply, request: WireChatRequest): Observable<WireEvent> => {
  const written = new Observable<WireEvent>((destination) => {
    const answer = new WireAnswer(request, (event) => {
      destination.next(event);
    });
    from(typeof reply === 'string' ? [reply] : reply)
      .pipe(
        tap({
          next: (piece) => {
            answer.add(piece);
          },
          complete: () => {
            answer.end();
          },
        }),
        ignoreElements(),
      )
      .subscribe(destination);
  });
  return written.pipe(startWith(wire.sent));
};

/** Writes an answer piece by piece, in the format that the request asks for. */
class WireAnswer {
  readonly #request: WireChatRequest;
  readonly #emit: (event: WireEvent) => void;
  #text = '';
  #reasoning = '';
  readonly #calls: { index: number; id: string; type: 'function'; function: { name: string; arguments: string } }[] =
    [];
  #begun = false;
  /** Whether the end is added, or left to raw pieces. */
  #ended = false;

  constructor(request: WireChatRequest, emit: (event: WireEvent) => void) {
    this.#request = request;
    this.#emit = emit;
  }

  add(piece: ReplyPiece): void {
    if (typeof piece === 'string') this.#say({ type: 'text', text: piece });
    else if (piece.type === 'sent') return;
    else if (piece.type === 'head' || piece.type === 'data') {
      this.#begun = true;
      // Nothing is added to a raw body, or after a status other than 200.
      if (piece.type === 'data' || piece.status !== 200) this.#ended = true;
      this.#emit(piece);
    } else this.#say(piece);
  }

  end(): void {
    if (!this.#ended) this.#finish(this.#calls.length > 0 ? 'tool_calls' : 'stop');
  }

  #say(token: Token): void {
    this.#begin();
    switch (token.type) {
      case 'text':
        this.#text += token.text;
        this.#stream({ content: token.text });
        break;
      case 'reasoning':
        this.#reasoning += token.text;
        this.#stream({ reasoning: token.text });
        break;
      case 'tool-call': {
        const { index, id, name, arguments: args } = token;
        const call = { index, id, type: 'function' as const, function: { name, arguments: args } };
        this.#calls.push(call);
        this.#stream({ tool_calls: [call] });
        break;
      }
      case 'finish':
        this.#finish(token.reason, token.usage);
    }
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#emit(wire.head());
  }

  #stream(delta: Parameters<typeof wire.delta>[0]): void {
    if (this.#request.stream === true) this.#emit(wire.delta(delta, this.#request.model));
  }

  #finish(reason: string, usage: Partial<Usage> = this.#usage()): void {
    if (this.#ended) return;
    this.#begin();
    this.#ended = true;
    if (this.#request.stream === true) {
      this.#emit(wire.finish(reason, usage, this.#request.model));
      this.#emit(wire.done);
      return;
    }
    const message = {
      // Like Groq: no empty content next to tool calls.
      ...((this.#text !== '' || this.#calls.length === 0) && { content: this.#text }),
      ...(this.#reasoning !== '' && { reasoning: this.#reasoning }),
      ...(this.#calls.length > 0 && { tool_calls: this.#calls }),
    };
    this.#emit(wire.completion(message, { model: this.#request.model, reason, usage }));
  }

  /** Each word counts as one token. */
  #usage(): Usage {
    const completion = words(`${this.#reasoning} ${this.#text}`);
    return wire.usage({
      prompt_tokens: textsIn(this.#request).reduce((sum, text) => sum + words(text), 0),
      completion_tokens: completion,
    });
  }
}
