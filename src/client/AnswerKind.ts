import { type OperatorFunction, pipe } from 'rxjs';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import type { Answer, StateToken, Token } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { readTokens } from '../operators/internal/readTokens.ts';
import type { ToTokensConfig } from '../operators/internal/TokenReader.ts';
import { parseAnswer } from '../operators/parseAnswer.ts';
import { parseEvents } from '../operators/parseEvents.ts';
import { toChunks } from '../operators/toChunks.ts';
import { writtenIn } from '../rules/answer/answer.ts';
import { joinTokens } from '../rules/answer/joinTokens.ts';
import { usageOf } from '../rules/answer/usageOf.ts';
import type { Config } from './config.ts';
import type { AnswerShape } from './UsageMeter.ts';

/** What is to be known of one answer while it is read. */
type Reading = Pick<ToTokensConfig, 'follower' | 'isPaused'>;

/** One of the ways to request and read a chat completion. */
export interface AnswerKind<T> extends AnswerShape<T> {
  readonly read: (config: Config, reading: Reading) => OperatorFunction<Uint8Array, T>;
  /** Joins two waiting values, or returns `undefined` if they cannot be joined. */
  readonly join?: (first: T | StateToken, second: T | StateToken) => T | undefined;
  readonly usage: (value: T) => Usage | undefined;
}

export const TOKENS: AnswerKind<Token> = {
  stream: true,
  read: ({ scheduler, maxLineBytes }, reading) => readTokens({ scheduler, maxLineBytes, ...reading }),
  join: joinTokens,
  usage: (token) => (token.type === 'finish' ? token.usage : undefined),
};

export const CHUNKS: AnswerKind<ChatCompletionChunk> = {
  stream: true,
  read: ({ maxLineBytes, scheduler }, reading) =>
    pipe(parseEvents({ maxLineBytes }), toChunks({ scheduler, ...reading })),
  usage: usageOf,
};

export const ANSWER: AnswerKind<Answer> = {
  stream: false,
  read: () => parseAnswer(),
  usage: ({ usage }) => usage,
  written: writtenIn,
};
