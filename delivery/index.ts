export { deliverEvents } from './deliver-events'
export type { DeliverEventsOptions } from './deliver-events'
export { Delivery } from './engine/deliver'
export type { DeliveryOptions } from './engine/delivery-options'
export { AudienceError, connectAudience, connectAudiences } from './target/audiences'
export { definitionFor } from './target/definition'
export { findFiles, InputError, placeOf } from './read/find-files'
export type { InputFile } from './read/find-files'
export {
  enabledOf,
  MappingsError,
  MappingsFile,
  presetMappings,
  readMappings,
  readMappingsFile
} from './mapping/mappings'
export type { Mapping } from './mapping/mappings'
export { inShape, MAPPING_SHAPES } from './mapping/mapping-shapes'
export type { MappingShape } from './mapping/mapping-shapes'
export { readTrigger } from './mapping/mappings'
export { hasConsent } from './mapping/consent'
export { Claim } from './records/claim'
export { tracksActivities } from './mapping/mapping-fields'
export { momentOf } from './read/moment'
export { formatNotices } from './notices'
export type { NoticeCode } from './notices'
export { isTrackingCall, readTrackingCall, TrackingCallError } from './read/tracking-call'
export { idOf } from './read/id-of'
export { FailedEvents } from './read/failed-events'
export { Sample } from './read/sample'
export { Selector } from './read/select'
export type { Selection } from './read/select'
export { readColumns } from './read/table/columns'
export type { TableColumns } from './read/table/columns'
export { readAll } from './read/read-all'
export type { FileToRead } from './read/read-all'
export { readEvents, readItems } from './read/read-events'
export type { ReadItem } from './read/read-events'
export { sortItems } from './read/sort-events'
export { isEvent } from './read/to-events'
export type { ReadEvent } from './read/to-events'
export { readOrttoCode } from './reasons'
export type { OrttoCode, ReasonCode } from './reasons'
export { formatRejected } from './records/record-lines'
export { formatSource, isLeftOut, listRejections, readProblemError } from './report'
export type {
  EventReport,
  FileSource,
  MappingResult,
  MessageSource,
  Outcome,
  Problem,
  Reason,
  RequestSource,
  Skip,
  Source
} from './report'
export { Records } from './records/records'
export { RecordsError } from './records/records-error'
export type { RecordsOptions } from './records/records'
export { Stopped } from './engine/stopped'
export type { StopCode } from './engine/stopped'
export type { SummaryState } from './records/summary'
