<<<<<<< HEAD
/** The tests that must notice when src/ is changed. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.base'),
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  // Its thousands of random runs take longer than all else.
  testPathIgnorePatterns: ['/node_modules/', 'every-answer']
}
=======
/**
 * The tests that must notice when src/ is changed; without the one that compares the generated files, to each of which
 * Stryker adds a line.
 * @type {import('jest').Config}
 */
module.exports = { ...require('./jest.base'), testMatch: ['<rootDir>/__tests__/!(generated-files).test.ts'] }
>>>>>>> proof-d
