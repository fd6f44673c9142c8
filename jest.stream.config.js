/** The tests of stream/, which need the program nats-server. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/stream/__tests__/**/*.test.ts'],
  globalSetup: '<rootDir>/stream/__tests__/need-server.js'
}
