/** The version of Ortto's Segment API: the first part of every request's path. */
export const ORTTO_API_VERSION = 'v1'
