/** What the content security policy wants of every style element that a library adds to the page. */
export const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
