import { type ChatInput, continueFrom, createGroq, isGroqError, text } from 'rxgroq';
import { catchError, type Observable } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { chunk, finishEvent, LAST_CHUNK, STREAM_HEAD, textEvent } from '../util/http.ts';
import { startRawServer } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

/** The text of each attempt; all but the last are cut. */
const PIECES = ['Once ', 'upon a ', 'time.'];

describe('a truncated answer', () => {
  it('should be continued from its end, as often as necessary', async () => {
    let count = 0;
    const { server, stop } = await startRawServer({
      answer: ({ connection: { socket } }) => {
        const piece = PIECES[count++] ?? '';
        const isLast = count === PIECES.length;
        const body = [STREAM_HEAD, chunk(textEvent(piece)), isLast ? chunk(finishEvent()) : '', LAST_CHUNK];
        for (const part of body) socket.write(part);
      },
    });
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, counter: constantCounter(1) });
    onTestFinished(async () => {
      await groq.close();
      await stop();
    });

    const tell = (request: ChatInput): Observable<string> =>
      groq.chat(request).pipe(
        text(),
        catchError((error: unknown) => {
          if (!isGroqError(error) || error.partial === undefined) throw error;
          return tell(continueFrom(error, request));
        }),
      );
    const question = { role: 'user' as const, content: 'Tell me a story.' };
    const story = told(tell({ messages: [question] }));
    await story.ended;

    expect(story.ends).toEqual([['complete']]);
    expect(story.values.all).toEqual(PIECES);
    const asked = server.requests.all.map(({ body }) => (JSON.parse(body) as ChatInput).messages.slice(1));
    const said = (content: string) => [{ role: 'assistant', content }];
    expect(asked).toEqual([[], said('Once '), said('Once upon a ')]);
  });
});
