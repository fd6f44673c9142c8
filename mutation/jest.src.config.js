/**
 * The tests that must notice when src/ is changed; without the one that compares the generated files, to each of which
 * Stryker adds a line, and without the thousands of random runs, which take longer than all else.
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.base'),
  testMatch: ['<rootDir>/__tests__/!(generated-files|every-response).test.ts']
}
