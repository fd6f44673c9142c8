/** @type {import('jest').Config} */
module.exports = {
  preset: 'ts-jest',
  globals: { 'ts-jest': { isolatedModules: true } },
  testEnvironment: 'node',
  roots: ['<rootDir>/packages/destination-actions/src'],
  // Every other file in a folder __tests__ is a test.
  testPathIgnorePatterns: ['/node_modules/', '__tests__/__helpers__/'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.js']
}
