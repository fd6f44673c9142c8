/** The tests of stream/, which need the program nats-server. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/stream/__tests__/**/*.test.ts'],
  // A test that fails may leave its servers running, which would keep the process from ending.
  forceExit: true,
  globalSetup: '<rootDir>/stream/__tests__/need-server.js'
}
