/** The nonce that the content security policy requires on style elements, such as those that libraries add. */
export const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
