/** The tests of the page in a browser: npm run test:browser. */
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/__browser__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  // Starting a browser takes long on a busy machine.
  testTimeout: 120_000,
  maxWorkers: 1
}
