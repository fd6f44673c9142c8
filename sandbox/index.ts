/**
 * The sandbox: a local Ortto. Other modules import from here, or from one of the other entry points: `rules` (numbers
 * and lists, without dependencies), `http/serve`, `http/guards` and `http/body` (parts for other local servers).
 */
export { PlanUsage } from './estimate/plan-usage'
export type { UsagePlan } from './estimate/plan-usage'
export { Fault } from './http/faults'
export type { ControlApi } from './http/control-api'
export type { Summary } from './http/summary'
export type { Account } from './model/account'
export { AccountFile } from './model/account-file'
export { Clock } from './model/clock'
export { convert } from './model/field-types'
export { EXAMPLE_RESULTS } from './model/example-results'
export type { ItemCode, LogCode } from './model/codes'
export type { ActivityJson, AudienceJson, ContactJson, ContactSummary } from './model/json'
export type { ContactChange, ProcessedItem } from './model/processed-item'
export type { Activity, Contact, HistoryEntry, ItemResult, LogEntry } from './model/records'
export type { UsageJson } from './model/usage'
export type { DateFormat, FieldType } from './rules'
export { createSandbox } from './sandbox'
export type { Sandbox, SandboxOptions } from './sandbox'
export { Autosave } from './state/autosave'
export { loadSandbox, saveSandbox, StateFileError } from './state/state-file'
