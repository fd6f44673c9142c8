export { Delivery } from './deliver'
export type { DeliveryOptions } from './deliver'
export { definitionFor } from './definition'
export { findFiles, InputError, placeOf } from './find-files'
export type { InputFile } from './find-files'
export { enabledOf, MappingsError, MappingsFile, presetMappings, readMappings, readMappingsFile } from './mappings'
export type { Mapping } from './mappings'
export { lock } from './lock'
export { tracksActivities } from './mapping-fields'
export { momentOf } from './moment'
export { idOf, KeyQueue, Task } from './queue'
export { parseFile } from './parse-file'
export { readAll } from './read-all'
export { isEvent, readEvents, readItem } from './read-events'
export type { ReadEvent, ReadItem } from './read-events'
export { readOrttoCode } from './reasons'
export type { OrttoCode, ReasonCode } from './reasons'
export { formatRejected } from './record-lines'
export { formatSource, listRejections } from './report'
export type {
  EventReport,
  FileSource,
  MappingResult,
  MessageSource,
  Outcome,
  Problem,
  Reason,
  Skip,
  Source
} from './report'
export { routeEvent } from './route'
export { Records, RecordsError } from './records'
export type { RecordsOptions } from './records'
export { Sender } from './sender'
export { Stopped } from './stopped'
export type { StopCode } from './stopped'
export type { SummaryState } from './summary'
