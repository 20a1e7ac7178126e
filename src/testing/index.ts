/* Time, chance and the network */

export { seeded } from '../rules/seeded.ts';
export { type Network, type NetworkConfig, network } from './network.ts';
export { type VirtualClock, virtualClock } from './virtualClock.ts';

/* Answers without a server */

export type { ChatCompletion, Delta, ToolCallDelta } from '../model/Chunk.ts';
export { type FakeTransport, fakeTransport, type Replies } from './fakeTransport.ts';
export type { Reply, ReplyPiece } from './reply.ts';
export { type Completed, wire } from './wire.ts';

/* Limits without a server */

export { limitsOf } from './limitsOf.ts';
export { type Quota, type QuotaConfig, quota } from './quota.ts';
export { wordCounter } from './wordCounter.ts';

/* A server with its limits */

export type { ChargeModel, ChargeModelName, Claim, Consumption } from '../rules/serverModel/chargeModels.ts';
export type { Charge, Rounding, ShownLevel } from '../rules/serverModel/Limiter.ts';
export type { AdmittedRequest, Refusal, Ruling, ServerLevel, ShownLimits } from '../rules/serverModel/Ruling.ts';
export type { LimiterShape, ServerModel, ServerModelConfig } from '../rules/serverModel.ts';
export {
  type ModelServer,
  type ModelServerConfig,
  modelServer,
  type RefusedRequest,
  type Script,
} from './modelServer.ts';
