/**
 * Enforces limits like Groq, on a real socket: the server model of the proofs with a faster clock. The sizes of a job
 * are in the `user` of its request, as in `p120-c45`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalBody } from '../../../src/rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../../../src/rules/serverModel/shownHeaders.ts';
import { createServerModel } from '../../../src/rules/serverModel.ts';
import { BEGIN, MAX, RPD, RPM, TOKEN, TPM } from './jobs.ts';

const limits = createServerModel({ limits: { rpm: RPM, rpd: RPD, tpm: TPM } });
let requests = 0;
let refused = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    const [, prompt = '0', completion = '0'] = /"p(\d+)-c(\d+)"/.exec(body) ?? [];
    const [promptTokens, completionTokens] = [Number(prompt), Number(completion)];
    const ruling = limits.admit(performance.now(), { promptTokens, maxCompletionTokens: MAX });
    requests += 1;
    if (ruling.type === 'refused') {
      refused += 1;
      response.writeHead(ruling.status, { 'content-type': 'application/json', ...refusalHeaders(ruling) });
      response.end(JSON.stringify(refusalBody(ruling, { model: 'bench', organization: 'org_bench' })));
      return;
    }
    setTimeout(
      () => {
        limits.settle(performance.now(), ruling.admission, { promptTokens, completionTokens });
        if (response.destroyed) return;
        response.writeHead(200, { 'content-type': 'application/json', ...shownHeaders(ruling.shown) });
        const message = { role: 'assistant', content: 'ok' };
        const usage = {
          prompt_tokens: promptTokens,
          completion_tokens: completionTokens,
          total_tokens: promptTokens + completionTokens,
        };
        const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
        response.end(
          JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'bench', choices, usage }),
        );
      },
      BEGIN + completionTokens * TOKEN,
    );
  });
});

process.on('message', () => process.send?.({ requests, refused }));
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', 1_024, () => process.send?.({ port: (server.address() as AddressInfo).port }));
