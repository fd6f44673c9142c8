/** The tests that must notice when sandbox/ is changed. @type {import('jest').Config} */
module.exports = {
  ...require('../jest.config'),
  rootDir: '..',
  testMatch: ['<rootDir>/mutation/sandbox.tests.js'],
  // Stryker's changes break types, and each file is compiled again for them.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false, transpilation: true }] },
  coverageThreshold: undefined
}
