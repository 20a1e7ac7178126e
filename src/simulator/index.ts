export type { ChargeModelName } from '../rules/serverModel/chargeModels.ts';
export type { Rounding } from '../rules/serverModel/Limiter.ts';
export type { LimiterShape, ServerLevel } from '../rules/serverModel.ts';
export type { RetiredAs } from './checkChatRequest.ts';
export type { CutFault, ErrorFault, Fault, Faults, ResetFault, StallFault, StatusFault } from './Fault.ts';
export { fasterClock } from './fasterClock.ts';
export type { SimulatorOptions } from './SimulatorOptions.ts';
export type { SimulatedModelStats, SimulatorStats } from './SimulatorStats.ts';
export { type Simulator, startSimulator } from './startSimulator.ts';
