import { UserError } from '../common/user-error'

/** The stream cannot be used with these options. The message is for the user, and says what to do. */
export class StreamError extends UserError {}

/** The event is larger than the server accepts, so it was not published. */
export class TooLargeError extends StreamError {}

/** The publisher was stopped before the server confirmed the event. */
export class NotPublishedError extends StreamError {}
