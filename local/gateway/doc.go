// Package gateway is Amazon API Gateway for one machine: a WebSocket API with
// its @connections management API, and an HTTP API with payload format 2.0, as
// http.Handlers in front of anything that has the Invoke method of a Lambda
// handler.
//
// It imitates what AWS documents and what was observed of it, so that a
// function cannot tell the difference: the handshake waits for $connect, whose
// status the client sees; events and error frames have AWS's keys and spelling;
// frames over 32 KB close the socket; a connection cannot be posted to before
// its $connect has answered. What is unknown of AWS is a setting, see Unsettled;
// docs/gateway.md lists every point with its source and its test.
//
// Beyond that it tells what it does, see Trace, and goes wrong on purpose, see
// Faults.
//
// One difference remains: where too many functions run, new ones wait instead of
// being refused. And header names in CONNECT are in net/http's canonical case,
// except that Sec-WebSocket-* is spelt so; to have the client's, as API Gateway
// has, serve with KeepHeaderNames.
package gateway
