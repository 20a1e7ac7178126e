import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** All exports of a module, including types, in order. The module lists them by hand. */
function exportsOf(path: string): string[] {
  const url = new URL(`../${path}`, import.meta.url);
  const { statements } = ts.createSourceFile(path, readFileSync(url, 'utf8'), ts.ScriptTarget.Latest);
  const names = statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) throw new Error(`${path} has something other than exports.`);
    const clause = statement.exportClause;
    if (clause === undefined || !ts.isNamedExports(clause)) throw new Error(`${path} exports what it does not name.`);
    return clause.elements.map(
      ({ name, isTypeOnly }) => (isTypeOnly || statement.isTypeOnly ? 'type ' : '') + name.text,
    );
  });
  return names.sort();
}

const ENTRIES = ['src/index.ts', 'src/operators.ts', 'src/simulator/index.ts', 'src/testing/index.ts'];

/**
 * The interfaces and classes that exported types refer to, and that no entry exports. Instead of an alias the compiler
 * can write what it stands for.
 */
function unnamedTypes(): string[] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const paths = ENTRIES.map((path) => ROOT + path);
  const program = ts.createProgram(paths, options);
  const checker = program.getTypeChecker();
  const exported = new Set(
    paths.flatMap((path) => {
      const file = program.getSourceFile(path);
      const module = file && checker.getSymbolAtLocation(file);
      return module === undefined ? [] : checker.getExportsOfModule(module).map((symbol) => original(symbol, checker));
    }),
  );
  const reached = new Set(exported);
  // A set can grow while it is iterated.
  for (const symbol of reached) for (const named of typesNamedBy(symbol, checker)) reached.add(named);
  return [...reached].filter((symbol) => !exported.has(symbol) && mustBeNamed(symbol)).map(({ name }) => name);
}

const original = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const ownDeclarations = ({ declarations = [] }: ts.Symbol): ts.Declaration[] =>
  declarations.filter((each) => each.getSourceFile().fileName.startsWith(`${ROOT}src/`));

const mustBeNamed = (symbol: ts.Symbol): boolean =>
  ownDeclarations(symbol).some((each) => ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each));

/** The types of this package in the signature of a declaration, without what only its implementation uses. */
function typesNamedBy(type: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || (ts.canHaveModifiers(node) && isPrivate(node))) return;
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
      const symbol = checker.getSymbolAtLocation(name);
      if (symbol !== undefined) found.push(original(symbol, checker));
    }
    ts.forEachChild(node, visit);
  };
  ownDeclarations(type).forEach(visit);
  return found;
}

const isPrivate = (node: ts.Node): boolean =>
  ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name);

/** As lines, so that a diff is readable. */
const listOf = (path: string): string => exportsOf(path).join('\n');

// A new name is a promise and a removed one breaks programs, so both must be intended.
// `npx vitest run test/surface.spec.ts -u` writes the lists anew.
describe('the public API', () => {
  it('should export this from rxgroq', () => {
    expect(listOf('src/index.ts')).toMatchInlineSnapshot(`
      "AnswerNotTakenError
      BudgetExceededError
      CancelledError
      ClosedError
      ConnectionError
      ContextLengthError
      GroqError
      HttpError
      ModelRetiredError
      ProtocolError
      QueueFullError
      RateLimitError
      RequestScheduler
      RequestTooLargeError
      SlowConsumerError
      StoreError
      TimeoutError
      TruncatedStreamError
      ValidationError
      answer
      audioSeconds
      continueFrom
      createGroq
      isAnswerNotTakenError
      isBudgetExceededError
      isCancelledError
      isClosedError
      isConnectionError
      isContextLengthError
      isGroqError
      isHttpError
      isModelRetiredError
      isProtocolError
      isQueueFullError
      isRateLimitError
      isRequestTooLargeError
      isSlowConsumerError
      isStoreError
      isTimeoutError
      isTruncatedStreamError
      isValidationError
      loadConfig
      snapshots
      text
      trim
      trimTo
      type Answer
      type AnswerMessage
      type AnswerResult
      type AnswerSnapshot
      type AnswerTimeouts
      type Answered
      type AnswersOptions
      type AssistantMessage
      type Attempt
      type AttemptEnd
      type AttemptMeter
      type Attempter
      type AudioRest
      type BackpressureOptions
      type BrokenOff
      type BucketLevel
      type Budget
      type BudgetOptions
      type BudgetState
      type BudgetUnit
      type Call
      type CallOptions
      type ChatCompletionChunk
      type ChatInput
      type ChatModelId
      type ChatOptions
      type ChatRequest
      type ConnectionErrorOptions
      type ConnectionOptions
      type ContentPart
      type Dimension
      type DocumentPart
      type FinishReason
      type FinishToken
      type FlowOptions
      type Follower
      type FunctionMessage
      type Groq
      type GroqErrorCode
      type GroqErrorOptions
      type GroqEvent
      type GroqEventDetail
      type GroqOptions
      type Health
      type HttpErrorBody
      type HttpErrorOptions
      type ImagePart
      type IterableObservable
      type LengthLimit
      type Lengths
      type Limits
      type Message
      type Model
      type ModelId
      type ModelStatus
      type Overflow
      type Pacing
      type Place
      type Price
      type Priority
      type QueuedToken
      type Random
      type RateLimitErrorOptions
      type Reading
      type ReasoningToken
      type RequestSchedulerConfig
      type ResponseFormat
      type RetryOptions
      type Slack
      type StateToken
      type Status
      type StreamOptions
      type SystemMessage
      type TextContent
      type TextPart
      type TextToken
      type Tier
      type TimeoutPhase
      type Timeouts
      type Token
      type TokensUsed
      type Tool
      type ToolCall
      type ToolCallToken
      type ToolChoice
      type ToolMessage
      type TrimConfig
      type Usage
      type UsageCostOptions
      type UsageFigure
      type UsageKey
      type UsageOrigin
      type UsageRecord
      type UsageSum
      type UsageTotal
      type UsageTotals
      type UserMessage
      type ValidationIssue
      type WaitingRequest
      type Written
      usageCost"
    `);
  });

  it('should export this from rxgroq/operators', () => {
    expect(listOf('src/operators.ts')).toMatchInlineSnapshot(`
      "answer
      audioSeconds
      constantCounter
      countTokens
      iterate
      llama3Counter
      memoryLimitStore
      parseAnswer
      parseEvents
      prioritize
      retryWithBackoff
      roughCounter
      send
      snapshots
      text
      throttleByBucket
      tiktokenCounter
      timeouts
      toChunks
      toTokens
      trim
      trimTo
      type Answer
      type AnswerMessage
      type AnswerSnapshot
      type AnswerTimeouts
      type Answering
      type AttemptEnd
      type AttemptMeter
      type AudioRest
      type Backlog
      type BackpressureOptions
      type BucketLevel
      type ChatCompletionChunk
      type ChatModelId
      type ChatRequest
      type ClosableTransport
      type Cost
      type CountTokensConfig
      type Dimension
      type Follower
      type Grant
      type HeaderLevel
      type Headroom
      type IterateConfig
      type Job
      type Lifetime
      type LimitChange
      type LimitHeaders
      type LimitKey
      type LimitStore
      type LimitTold
      type Limits
      type Llama3Tokenizer
      type MemoryLimitStore
      type MemoryLimitStoreConfig
      type Message
      type ModelId
      type Outcome
      type Overflow
      type Pacing
      type ParseEventsConfig
      type PrioritizeConfig
      type Priority
      type Random
      type Reading
      type Rejection
      type Reservation
      type RetryConfig
      type RetryHooks
      type RetryInfo
      type SendConfig
      type ServerEvent
      type Slack
      type StateToken
      type ThrottleByBucketConfig
      type Ticket
      type TiktokenCounter
      type TiktokenCounterOptions
      type TimeoutsConfig
      type ToTokensConfig
      type Token
      type TokenCount
      type TokenCounter
      type Transport
      type TrimConfig
      type UndiciTransportConfig
      type UnlimitedStoreConfig
      type Usage
      type Verdict
      type WireEvent
      type WireHeaders
      type WireRequest
      type Written
      undiciTransport
      unlimitedStore
      validate"
    `);
  });

  it('should export this from rxgroq/simulator', () => {
    expect(listOf('src/simulator/index.ts')).toMatchInlineSnapshot(`
      "fasterClock
      startSimulator
      type ChargeModelName
      type CutFault
      type ErrorFault
      type Fault
      type Faults
      type LimiterShape
      type ResetFault
      type RetiredAs
      type Rounding
      type ServerLevel
      type SimulatedModelStats
      type Simulator
      type SimulatorOptions
      type SimulatorStats
      type StallFault
      type StatusFault"
    `);
  });

  it('should export this from rxgroq/testing', () => {
    expect(listOf('src/testing/index.ts')).toMatchInlineSnapshot(`
      "fakeTransport
      limitsOf
      modelServer
      network
      quota
      seeded
      type AdmittedRequest
      type Charge
      type ChargeModel
      type ChargeModelName
      type ChatCompletion
      type Claim
      type Completed
      type Consumption
      type Delta
      type FakeTransport
      type LimiterShape
      type ModelServer
      type ModelServerConfig
      type Network
      type NetworkConfig
      type Quota
      type QuotaConfig
      type Refusal
      type RefusedRequest
      type Replies
      type Reply
      type ReplyPiece
      type Rounding
      type Ruling
      type Script
      type ServerLevel
      type ServerModel
      type ServerModelConfig
      type ShownLevel
      type ShownLimits
      type ToolCallDelta
      type VirtualClock
      virtualClock
      wire
      wordCounter"
    `);
  });

  it('should name every type that an exported one refers to, so that the declarations of programs can', () => {
    expect(unnamedTypes()).toEqual([]);
    // Only the compiler takes time.
  }, 60_000);

  it('should use the rxjs of the application', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
    expect(dependencies).not.toHaveProperty('rxjs');
    expect(peerDependencies).toEqual({ rxjs: '^7.8.0' });
  });

  it('should have no other entries', () => {
    const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    expect(Object.keys(exports)).toEqual(['.', './operators', './simulator', './testing', './package.json']);
  });
});
