process.env.TZ = 'UTC'

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/__tests__/**/*.test.ts'],
  // They have a configuration of their own: jest.stream.config.js
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/stream/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  restoreMocks: true,
  // As Jest 27 writes them, which the monorepo has
  snapshotFormat: { escapeString: true, printBasicPrototype: true },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } }
}
