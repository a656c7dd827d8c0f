// Package gateway is Amazon API Gateway for one machine. It serves WebSocket
// APIs with their @connections management API, and HTTP APIs with payload
// format 2.0. Both are http.Handlers in front of functions: any value with the
// Invoke method of a Lambda handler, for example the handlers of
// github.com/aws/aws-lambda-go/lambda.
//
//	api, err := gateway.NewWebSocket(gateway.WebSocketConfig{
//		Stage:                    "prod",
//		RouteSelectionExpression: "$request.body.action",
//		Routes: map[string]gateway.Route{
//			"$connect": {Function: lambda.NewHandler(connect)},
//			"send":     {Function: lambda.NewHandler(send), TwoWay: true},
//		},
//	})
//	if err != nil {
//		return err
//	}
//	defer api.Shutdown(context.Background())
//	return http.ListenAndServe("127.0.0.1:8080", api) // clients: ws://127.0.0.1:8080/prod
//
// A function cannot tell the gateway from AWS's, as far as AWS's behaviour is
// documented or was observed. The handshake waits for $connect, and the client
// sees its status. Events and error frames have AWS's keys and spelling. Frames
// over 32 KB close the socket. A connection cannot be posted to before its
// $connect has answered. Where AWS's behaviour is not known there is a setting;
// see [Unsettled]. docs/gateway.md lists every point with its source and its
// test.
//
// The gateway also helps with tests: it reports every event to
// [WebSocketConfig.Trace] and injects failures, see [Faults]. It runs in a
// testing/synctest bubble, so a test of the two-hour limit takes no time.
//
// Two differences from AWS remain. If too many functions run at once, new ones
// wait; Lambda would refuse them. And header names in CONNECT events are in
// net/http's canonical case (except Sec-WebSocket-*), unless the server uses
// [KeepHeaderNames].
package gateway
