import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Groq } from '../../src/client/Groq.ts';
import { isHttpError } from '../../src/errors/guards.ts';
import type { ChatInput } from '../../src/model/ChatRequest.ts';
import type { Answer, Token } from '../../src/model/Token.ts';
import { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';
import { shared } from '../util/shared.ts';
import { told } from '../util/told.ts';
import type { RecordedError } from './readRecorded.ts';
import { INDEX, type RecordedBody, type Recording, readRecordings } from './recordings.ts';
import { type Cut, replaying } from './replay.ts';

/** The body of a completion that was not streamed. */
interface RecordedCompletion {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly message: { content?: string | null; reasoning?: string; tool_calls?: unknown };
    readonly finish_reason: string;
  }[];
  readonly usage: unknown;
}

const CUTS: readonly Cut[] = ['whole', 'bytes'];

const named = (recordings: readonly Recording[], select: (recording: Recording) => boolean) =>
  recordings.flatMap((recording, i) => (select(recording) ? [[recording.name, recording, i] as const] : []));

const errorOf = ({ response }: Recording): RecordedError =>
  (response.body as unknown as { error: RecordedError }).error;

describe('recorded completions', () => {
  shared(INDEX, (index) => {
    const recordings = readRecordings(index).filter(({ response }) => response.sse === undefined);
    const { replay, clientOf } = replaying(recordings);
    const isChat = ({ request }: Recording): boolean => request.path.endsWith('/chat/completions');
    const answered = named(recordings, (r) => isChat(r) && r.response.status === 200);
    const refused = named(recordings, (r) => isChat(r) && r.response.status !== 200);

    it('should be complete', () => {
      const rows = JSON.parse(index) as { stream: boolean }[];
      expect(answered.length + refused.length + 2).toBe(rows.filter(({ stream }) => !stream).length);
      expect([answered.length, refused.length]).toEqual([243, 39]);
    });

    it.each(answered)('should be read as answers: %s', async (_, { request, response }, i) => {
      const body = response.body as unknown as RecordedCompletion;
      const [choice] = body.choices;
      const { content, reasoning, tool_calls } = choice?.message ?? {};
      for (const cut of CUTS) {
        const answer = told(clientOf(i, cut).complete(request.body as unknown as ChatInput));
        expect(await answer.error).toBe(undefined);
        expect(answer.values.all).toEqual([
          {
            message: { role: 'assistant', content: content ?? undefined, reasoning, tool_calls },
            finish_reason: choice?.finish_reason,
            usage: body.usage,
            id: body.id,
            model: body.model,
          },
        ]);
        const messages = answer.values.all.map((value) => value.message);
        expect(chatRequestSchema.safeParse({ model: 'm', messages }).error).toBe(undefined);
      }
      for (const sent of replay().server.requests.all.filter(({ path }) => path.split('/')[2] === String(i))) {
        expect(JSON.parse(sent.body)).toEqual({ model: 'openai/gpt-oss-20b', ...request.body });
      }
    });

    it.each(refused)('should be read as errors: %s', async (_, recording, i) => {
      const { message, type, code } = errorOf(recording);
      const body = recording.request.body as RecordedBody & ChatInput;
      const asked = (client: Groq): Observable<Answer | Token> =>
        body['stream'] === true ? client.chat(body) : client.complete(body);
      for (const cut of CUTS) {
        const answer = told(asked(clientOf(i, cut)));
        const error = await answer.error;
        expect(answer.values.all).toEqual([]);
        expect(isHttpError(error) && [error.status, error.type, error.groqCode]).toEqual([
          recording.response.status,
          type,
          code,
        ]);
        expect(String(error)).toContain(message);
        expect(isHttpError(error) && error.requestId).toBe(recording.response.headers['x-request-id'] ?? undefined);
      }
    });

    it.each(named(recordings, (r) => !isChat(r)))('should be read as models: %s', async (_, recording, i) => {
      const client = clientOf(i, 'whole');
      const answer = told(client.models());
      const error = await answer.error;
      const health = told(client.health());
      await health.ended;
      if (recording.response.status === 200) {
        const { data } = recording.response.body as { data: unknown[] };
        expect([error, answer.values.all]).toEqual([undefined, [data]]);
        expect(health.values.all).toEqual([{ ok: true, latencyMs: expect.any(Number) as number, models: data.length }]);
      } else {
        expect(isHttpError(error) && [error.status, error.groqCode]).toEqual([401, errorOf(recording).code]);
        expect(answer.values.all).toEqual([]);
        expect(health.values.all).toMatchObject([{ ok: false, error: { status: 401 } }]);
      }
      expect(replay().server.requests.all.filter(({ path }) => path.endsWith(`/${i}/models`))).toHaveLength(2);
    });
  });
});
