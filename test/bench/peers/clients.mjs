// Each client as used in its own documentation, with a timeout of two seconds if it supports one.
const KEY = 'gsk_thekeythatnobodymaysee';
const MODEL = 'openai/gpt-oss-20b';
const messages = [{ role: 'user', content: 'the-prompt-that-nobody-may-see' }];
const TIMEOUT = 2_000;

/** Reads a stream of Groq's or of OpenAI's SDK. */
async function readStream(stream, heard) {
  let finish;
  for await (const chunk of stream) {
    const [choice] = chunk.choices ?? [];
    heard(choice?.delta?.content ?? '');
    for (const call of choice?.delta?.tool_calls ?? []) heard(call.function?.arguments ?? '');
    finish = choice?.finish_reason ?? finish;
  }
  return finish;
}

async function sdk(name, { url, key = KEY, stream, signal, heard }) {
  const { default: Client } = await import(name);
  // Groq's SDK adds the path itself.
  const baseURL = name === 'groq-sdk' ? url : `${url}/openai/v1`;
  const client = new Client({ apiKey: key, baseURL, timeout: TIMEOUT });
  const answer = await client.chat.completions.create({ model: MODEL, messages, stream }, { signal });
  if (stream) return readStream(answer, heard);
  heard(answer.choices[0].message.content);
  return answer.choices[0].finish_reason;
}

async function aiSdk({ url, key = KEY, stream, signal, heard }) {
  const { createGroq } = await import('@ai-sdk/groq');
  const { generateText, streamText } = await import('ai');
  const model = createGroq({ apiKey: key, baseURL: `${url}/openai/v1` })(MODEL);
  const prompt = messages[0].content;
  if (!stream) {
    const { text, finishReason } = await generateText({ model, prompt, abortSignal: signal });
    heard(text);
    return finishReason;
  }
  let failed;
  const answer = streamText({
    model,
    prompt,
    abortSignal: signal,
    onError: ({ error }) => {
      failed = error;
    },
  });
  for await (const text of answer.textStream) heard(text);
  if (failed !== undefined) throw failed;
  return answer.finishReason;
}

async function rxgroq({ url, key = KEY, stream, signal, heard }) {
  const { createGroq } = await import('../../../src/index.ts');
  const timeouts = { connect: TIMEOUT, firstToken: TIMEOUT, betweenTokens: TIMEOUT };
  const groq = createGroq({ apiKey: key, baseURL: url, limits: false, timeouts });
  let finish;
  const read = (token) => {
    if (token.type === 'text') heard(token.text);
    if (token.type === 'tool-call') heard(token.arguments);
    if (token.type === 'finish') finish = token.reason;
    if (token.message !== undefined) {
      heard(token.message.content);
      finish = token.finish_reason;
    }
  };
  const answer = stream
    ? groq.chat({ messages }, { signal })
    : groq.complete({ messages }, { signal, timeouts: { total: 10_000 } });
  try {
    await new Promise((complete, error) => answer.subscribe({ next: read, complete, error }));
  } finally {
    await groq.close();
  }
  return finish;
}

export const clients = {
  rxgroq,
  'groq-sdk': (call) => sdk('groq-sdk', call),
  openai: (call) => sdk('openai', call),
  'AI SDK': aiSdk,
};
