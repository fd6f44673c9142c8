/** The tests that must notice when src/ is changed. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.base'),
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  // Its thousands of random runs take longer than all else.
  testPathIgnorePatterns: ['/node_modules/', 'every-answer']
}
