// kinesis-local listens on all addresses of the machine and has no setting for it. Loaded before it
// (node --require), this makes it listen on loopback only; all else is as its makers ship it.
const { Server } = require('net');
const listen = Server.prototype.listen;

Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number') {
    throw new Error('loopback.cjs knows how to listen on a port only, not on ' + JSON.stringify(port));
  }
  return listen.call(this, port, '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'));
};
