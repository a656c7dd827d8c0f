package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/compose"
	"projectchat/internal/dynamo"
	"projectchat/internal/laptop"
	"projectchat/local/gateway"
	"projectchat/local/template"
)

// tableName is the table's name in the run's own database.
const tableName = laptop.TableName

// told is a line that the server writes to its standard output: first its address, then,
// twice a second, its counts since it began.
type told struct {
	Listening string         `json:"listening,omitempty"`
	Tally     map[string]int `json:"tally,omitempty"`
}

// serverOptions are those of the server's process.
type serverOptions struct {
	template, broken string
	seed             uint64
}

// serve is the chat's server as a process of its own: the gateway and the functions, as on a
// laptop, on the database that the environment names. Each line of its input is a list of
// faults for the gateway, which replaces the one before. The input's end ends the process.
func serve(args []string, in io.Reader, out io.Writer) error {
	var o serverOptions
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&o.template, "template", "template.yaml", "the template to serve")
	flags.StringVar(&o.broken, "broken", "", "break the server in this way: "+strings.Join(breakages(), ", "))
	flags.Uint64Var(&o.seed, "seed", 1, "of the gateway's faults")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := &server{faults: gateway.NewFaults(o.seed), tally: newTally()}
	handler, err := s.build(context.Background(), o, listener.Addr().String())
	if err != nil {
		return err
	}
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ConnContext: gateway.ConnContext}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(gateway.KeepHeaderNames(impatient{listener})) }()
	lines := json.NewEncoder(out)
	if err := lines.Encode(told{Listening: listener.Addr().String()}); err != nil {
		return err
	}
	return s.until(obey(in, s.faults), failed, lines)
}

// impatient is a listener whose connections hold little for a client that does not read. On a
// loopback the kernel would take megabytes before anybody noticed.
type impatient struct{ net.Listener }

// Accept implements [net.Listener].
func (l impatient) Accept() (net.Conn, error) {
	const unread = 16 << 10
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetWriteBuffer(unread)
	}
	return c, err
}

// server is the contents of the process.
type server struct {
	faults *gateway.Faults
	tally  *tally
}

// until writes the counts until the orders end or the server fails.
func (s *server) until(orders, failed <-chan error, lines *json.Encoder) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := lines.Encode(told{Tally: s.tally.counts()}); err != nil {
				return err
			}
		case err := <-orders:
			return errors.Join(err, lines.Encode(told{Tally: s.tally.counts()}))
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		}
	}
}

// obey sets the gateway's faults, line by line.
func obey(in io.Reader, faults *gateway.Faults) <-chan error {
	over := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			faults.Clear()
			if lines.Text() == "" {
				continue
			}
			if err := faults.Parse(lines.Text()); err != nil {
				over <- err
				return
			}
		}
		over <- lines.Err()
	}()
	return over
}

// build makes the functions and both APIs.
func (s *server) build(ctx context.Context, o serverOptions, addr string) (http.Handler, error) {
	t, err := template.Load(o.template, template.Options{})
	if err != nil {
		return nil, err
	}
	if len(t.WebSocketAPIs) != 1 || len(t.HTTPAPIs) != 1 {
		return nil, errors.New("the template must have exactly one WebSocket API and one HTTP API")
	}
	ws, stage := t.WebSocketAPIs[0], t.WebSocketAPIs[0].Stages[0].Name
	os.Setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://"+addr+"/"+stage)
	functions, err := s.functions(ctx, o, t.Functions)
	if err != nil {
		return nil, err
	}
	routes := map[string]gateway.Route{}
	for key, r := range ws.Routes {
		routes[key] = gateway.Route{Function: functions[r.Function], Timeout: r.IntegrationTimeout, TwoWay: r.TwoWay}
	}
	socket, err := gateway.NewWebSocket(gateway.WebSocketConfig{
		Stage: stage, RouteSelectionExpression: ws.RouteSelectionExpression, Routes: routes,
		Account: gateway.NewThrottle(gateway.AccountLimit), NewConnections: gateway.NewThrottle(gateway.NewConnectionLimit),
		// Few, so that a client that does not read is soon refused.
		QueueMessages: 64,
		Faults:        s.faults, Trace: s.tally.trace,
	})
	if err != nil {
		return nil, fmt.Errorf("start the WebSocket API: %w", err)
	}
	routes = map[string]gateway.Route{}
	for _, r := range t.HTTPAPIs[0].Routes {
		routes[r.Key()] = gateway.Route{Function: functions[r.Function], Timeout: r.IntegrationTimeout}
	}
	api, err := gateway.NewHTTP(gateway.HTTPConfig{Routes: routes})
	if err != nil {
		return nil, fmt.Errorf("start the HTTP API: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/"+stage, socket)
	mux.Handle("/"+stage+"/", socket)
	mux.Handle("/api/", api)
	return mux, nil
}

// functions makes the functions of functions/*, as in Lambda. The one behind send may be
// broken.
func (s *server) functions(ctx context.Context, o serverOptions, declared map[string]template.Function) (map[string]gateway.Invoker, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("configure the AWS SDK: %w", err)
	}
	log := apigw.NewLogger(onlyErrors{os.Stderr, &sync.Mutex{}})
	store := dynamo.New(dynamo.NewClient(cfg), tableName, nil)
	sending, err := broken(store, o.broken)
	if err != nil {
		return nil, err
	}
	broadcaster, options := counted{apigw.NewBroadcaster(cfg, log), s.tally}, chat.Options{Log: log}
	rules := compose.Rules(store, broadcaster, options)
	constructors := compose.Functions()
	functions := map[string]gateway.Invoker{}
	for id, f := range declared {
		constructor := constructors[compose.Folder(id)]
		if constructor == nil {
			return nil, fmt.Errorf("the template declares %s, which internal/compose does not know", id)
		}
		its := rules
		if id == compose.LogicalID("send") {
			its = compose.Rules(sending, broadcaster, options)
		}
		functions[id] = gateway.WithTimeout(constructor(its, log), f.Timeout)
	}
	return functions, nil
}

// onlyErrors keeps the lines of a log that tell of an internal failure, and every line with a
// canary: the run looks for them.
type onlyErrors struct {
	out io.Writer
	mu  *sync.Mutex
}

// Write implements [io.Writer].
func (w onlyErrors) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(`"level":"ERROR"`)) || bytes.Contains(line, []byte(canaryPrefix)) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.out.Write(line)
	}
	return len(line), nil
}
