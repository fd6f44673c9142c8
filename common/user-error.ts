/** An error that its message explains to the person who can act. A command prints the message alone. */
export class UserError extends Error {}
