/** What the package gives: `require('actions-ortto')`, or `import ortto from 'actions-ortto'`, is the destination. */
import ortto from './src'

export = ortto
