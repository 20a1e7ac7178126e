// How the peers run the jobs of the goodput benchmark: directly, behind a queue with a rate, or behind a limiter. Each
// knows the limits and the sizes of the prompts, as far as it can use them.
import Bottleneck from 'bottleneck';
import { Effect, Layer } from 'effect';
import { FetchHttpClient, HttpClient, HttpClientRequest } from 'effect/http';
import { RateLimiter } from 'effect/persistence';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import PQueue from 'p-queue';

const RPM = 200;
const TPM = 120_000;
const MAX = 512;
const apiKey = 'gsk_bench';
const rank = { high: 2, normal: 1, low: 0 };
const cost = ({ promptTokens }) => promptTokens + MAX;
const body = ({ promptTokens, completionTokens }) => ({
  model: 'bench',
  messages: [{ role: 'user', content: 'hi' }],
  user: `p${promptTokens}-c${completionTokens}`,
  max_completion_tokens: MAX,
});

const groqSdk = (origin, maxRetries) => {
  const client = new Groq({ apiKey, baseURL: origin, maxRetries });
  return (job) => client.chat.completions.create(body(job));
};

const openai = (origin, maxRetries) => {
  const client = new OpenAI({ apiKey, baseURL: `${origin}/openai/v1`, maxRetries });
  return (job) => client.chat.completions.create(body(job));
};

export const contenders = {
  'groq-sdk': async (origin) => groqSdk(origin, 2),
  'groq-sdk, 10 retries': async (origin) => groqSdk(origin, 10),
  'openai, 10 retries': async (origin) => openai(origin, 10),
  'p-queue + groq-sdk': async (origin) => {
    const ask = groqSdk(origin, 10);
    const queue = new PQueue({ interval: 60_000 / RPM, intervalCap: 1 });
    return (job) => queue.add(() => ask(job), { priority: rank[job.priority] });
  },
  'bottleneck + groq-sdk': async (origin) => {
    const ask = groqSdk(origin, 10);
    const tokens = new Bottleneck({
      reservoir: TPM,
      reservoirIncreaseInterval: 250,
      reservoirIncreaseAmount: Math.floor(TPM / 240),
      reservoirIncreaseMaximum: TPM,
    });
    const requests = new Bottleneck({
      reservoir: RPM,
      reservoirIncreaseInterval: 1_500,
      reservoirIncreaseAmount: RPM / 40,
      reservoirIncreaseMaximum: RPM,
    });
    return async (job) => {
      const priority = 5 - rank[job.priority];
      const answer = await tokens.schedule({ priority, weight: cost(job) }, () =>
        requests.schedule({ priority }, () => ask(job)),
      );
      tokens.incrementReservoir(MAX - answer.usage.completion_tokens);
      return answer;
    };
  },
  effect: async (origin) => {
    const limited = Effect.gen(function* () {
      const limiter = yield* RateLimiter.make;
      const client = yield* HttpClient.HttpClient;
      return client.pipe(
        HttpClient.withRateLimiter({
          limiter,
          key: 'bench',
          limit: TPM,
          window: '1 minute',
          algorithm: 'token-bucket',
          tokens: (request) => Number(request.headers['x-cost']),
        }),
      );
    });
    const client = await Effect.runPromise(
      limited.pipe(Effect.provide(Layer.mergeAll(RateLimiter.layerStoreMemory, FetchHttpClient.layer))),
    );
    return (job) =>
      Effect.runPromise(
        client
          .execute(
            HttpClientRequest.post(`${origin}/openai/v1/chat/completions`).pipe(
              HttpClientRequest.setHeaders({ authorization: `Bearer ${apiKey}`, 'x-cost': String(cost(job)) }),
              HttpClientRequest.bodyJsonUnsafe(body(job)),
            ),
          )
          .pipe(
            Effect.flatMap((response) =>
              response.status === 200 ? response.json : Effect.fail(new Error(`status ${response.status}`)),
            ),
          ),
      );
  },
};
