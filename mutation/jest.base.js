const base = require('../jest.config')

// Far from UTC, so that a time that is read in the machine's own zone is noticed.
process.env.TZ = 'Australia/Lord_Howe'

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '..',
  // Stryker's changes break types, and each file is compiled again for them.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false, transpilation: true }] },
  coverageThreshold: undefined
}
