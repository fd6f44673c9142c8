const { spawnSync } = require('child_process')

/** Without a server no test could pass: says so at once, and what to do. */
module.exports = () => {
  if (spawnSync('nats-server', ['--version']).error) {
    throw new Error('These tests need the program nats-server. Install it with: apt-get install -y nats-server')
  }
}
