import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { undiciTransport } from '../../src/adapters/undiciTransport.ts';
import { isHttpError } from '../../src/errors/guards.ts';
import type { ChatInput } from '../../src/model/ChatRequest.ts';
import type { Token } from '../../src/model/Token.ts';
import { answer } from '../../src/operators/answer.ts';
import { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';
import { shared } from '../util/shared.ts';
import { told } from '../util/told.ts';
import { type RecordedAnswer, readRecorded } from './readRecorded.ts';
import { INDEX, readRecordings } from './recordings.ts';
import { type Cut, piecesOf, replaying } from './replay.ts';

/** The content of tokens, in the form of a recorded answer. */
const said = (tokens: readonly Token[]): Omit<RecordedAnswer, 'chunks' | 'error'> => {
  const finish = tokens.findLast((token) => token.type === 'finish');
  return {
    text: tokens.map((token) => (token.type === 'text' ? token.text : '')).join(''),
    reasoning: tokens.map((token) => (token.type === 'reasoning' ? token.text : '')).join(''),
    toolCalls: tokens.flatMap((token) =>
      token.type === 'tool-call'
        ? [{ index: token.index, id: token.id, name: token.name, arguments: token.arguments }]
        : [],
    ),
    finishReason: finish?.reason,
    usage: finish?.usage,
    id: finish?.id,
    model: finish?.model,
  };
};

describe('recorded streams', () => {
  shared(INDEX, (index) => {
    const recordings = readRecordings(index).filter(({ response }) => response.sse !== undefined);
    const { replay, clientOf } = replaying(recordings);

    it('should be complete', () => {
      expect(recordings.length).toBe(
        (JSON.parse(index) as { stream: boolean }[]).filter(({ stream }) => stream).length,
      );
      expect(recordings.length).toBeGreaterThan(90);
    });

    describe.each(recordings.map((recording, i) => [recording.name, recording, i] as const))(
      '%s',
      (_, recording, i) => {
        const { chunks, error, ...expected } = readRecorded(recording.response.sse ?? '');
        const body = recording.request.body as unknown as ChatInput;

        it.each<Cut>(['recorded', 'whole', 'bytes'])('should produce the recorded answer, cut: %s', async (cut) => {
          const asked = told(clientOf(i, cut).chat(body));
          const failure = await asked.error;
          const tokens = asked.values.all;
          const sent = replay().server.requests.all.filter(({ path }) => path === `/${cut}/${i}/chat/completions`);
          expect(JSON.parse(sent.at(-1)?.body ?? '')).toEqual({ model: 'openai/gpt-oss-20b', ...body });
          if (error === undefined) {
            expect([failure, asked.ends.length]).toEqual([undefined, 1]);
            expect(said(tokens)).toEqual(expected);
            expect(tokens.filter(({ type }) => type === 'finish')).toEqual([tokens.at(-1)]);
            expect(tokens.filter((token) => 'text' in token && token.text === '')).toEqual([]);
          } else {
            expect(tokens).toEqual([]);
            expect(isHttpError(failure) && [failure.status, failure.groqCode, failure.type]).toEqual([
              error.status_code,
              error.code,
              error.type,
            ]);
            expect(String(failure)).toContain(error.message);
          }
        });

        if (error === undefined)
          it('should produce an answer that can be sent back', async () => {
            const { message, finish_reason } = await lastValueFrom(clientOf(i, 'whole').chat(body).pipe(answer()));
            expect(message.content ?? '').toBe(expected.text);
            expect(message.reasoning ?? '').toBe(expected.reasoning);
            expect(message.tool_calls?.map(({ id, function: call }, index) => ({ index, id, ...call })) ?? []).toEqual(
              expected.toolCalls,
            );
            expect(finish_reason).toBe(expected.finishReason);
            expect(chatRequestSchema.safeParse({ model: 'm', messages: [message] }).error).toBe(undefined);
          });

        it('should produce the chunks of Groq unchanged', async () => {
          const asked = told(clientOf(i, 'recorded').chunks(body));
          const failure = await asked.error;
          expect(asked.values.all).toEqual(chunks);
          expect(isHttpError(failure) && failure.groqCode).toBe(error?.code ?? false);
        });
      },
    );

    const small = recordings
      .map(({ response }, i) => [i, response.sse?.length ?? 0] as const)
      .sort((a, b) => a[1] - b[1]);

    it.each(small.slice(0, 12).map(([i]) => [recordings[i]?.name, i] as const))(
      'should be read also when each byte arrives in its own turn: %s',
      async (_, i) => {
        const { error, ...expected } = readRecorded(recordings[i]?.response.sse ?? '');
        const asked = told(clientOf(i, 'torn').chat(recordings[i]?.request.body as unknown as ChatInput));
        const failure = await asked.error;
        expect(isHttpError(failure) && failure.groqCode).toBe(error?.code ?? false);
        if (error === undefined) expect(expected).toMatchObject(said(asked.values.all));
      },
    );

    it.each<Cut>(['recorded', 'bytes'])(
      'should pass through the transport in the pieces in which it is sent, cut: %s',
      async (cut) => {
        const i = recordings.findIndex(({ transport_chunk_bytes: sizes }) => (sizes?.length ?? 0) > 20);
        const transport = undiciTransport({ apiKey: 'gsk_x', baseURL: replay().url(i, cut) });
        const events = await lastValueFrom(
          from(transport.send({ method: 'POST', path: '/chat/completions', body: '{}' })).pipe(toArray()),
        );
        const sizes = events.flatMap((event) => (event.type === 'data' ? [event.bytes.length] : []));
        const recorded = recordings[i]?.transport_chunk_bytes ?? [];
        expect(sizes).toEqual(
          cut === 'recorded' ? recorded : Array.from({ length: recorded.reduce((a, b) => a + b) }, () => 1),
        );
        await transport.close();
      },
    );

    it('should be cut as the tests assume', () => {
      const [recording] = recordings.filter(({ transport_chunk_bytes: sizes }) => sizes?.length === 2);
      if (recording === undefined) throw new Error('no recording of two pieces');
      expect((['recorded', 'whole', 'bytes'] as const).map((cut) => piecesOf(recording, cut).length)).toEqual([
        4, 1, 2,
      ]);
    });
  });
});
