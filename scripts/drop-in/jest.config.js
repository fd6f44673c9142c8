process.env.TZ = 'UTC'

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages/destination-actions/src'],
  // Every other file in a folder __tests__ is a test.
  testPathIgnorePatterns: ['/node_modules/', '__tests__/__helpers__/'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  setupFilesAfterEnv: ['<rootDir>/jest.setup.js']
}
