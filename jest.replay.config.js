/** Replays of whole archives by the compiled command, which is killed again and again. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/cli/__replay__/**/*.test.ts']
}
