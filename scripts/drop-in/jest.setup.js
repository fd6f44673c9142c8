/* global afterAll, beforeAll, beforeEach */
const nock = require('nock')

// As in the monorepo: of the network, only this machine is there, and nock forgets between tests.
beforeAll(() => {
  nock.disableNetConnect()
  nock.enableNetConnect('127.0.0.1')
})
beforeEach(() => nock.cleanAll())
afterAll(() => nock.restore())
