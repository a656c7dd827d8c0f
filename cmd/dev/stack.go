package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"projectchat/internal/dynamo"
	"projectchat/internal/laptop"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/gateway"
	"projectchat/local/template"
)

// options describe the stack to start.
type options struct {
	laptop.Project
	Addr      string // where to serve; port 0 takes a free one
	Data      string // the database's folder; "": in memory
	Page      string // the built page's folder
	BuildPage bool   // build the page first if it is not up to date
	PageFrom  string // the address of a server that has the page instead; "": none
	Log       io.Writer
	LogPath   string // the file of Log
	Trace     bool   // print each event of the APIs
	// Lambda is the address of a Lambda endpoint that runs the functions, instead of
	// this process; "": none.
	Lambda       string
	Engine       localdb.Engine // the database; "": the one that suits
	DatabasePort int            // where the database listens; 0: at any free port
}

// stack is a running chat.
type stack struct {
	URL    string
	failed chan error // gets an error if the stack cannot go on

	server   *http.Server
	bridge   *http.Server // for functions in containers; nil: none
	gateway  *gateway.WebSocket
	database *localdb.Kept // nil: not started here
}

// start starts everything, in the order in which one part needs another, and
// stops what it has started if something fails.
func start(ctx context.Context, o options) (_ *stack, err error) {
	template, err := template.Load(filepath.Join(o.Root, "template.yaml"), template.Options{})
	if err != nil {
		return nil, err
	}
	// The port first: if it is taken, nothing else is worth the time.
	listener, err := laptop.Listen(o.Addr)
	if err != nil {
		return nil, err
	}
	s := &stack{URL: address(o.Addr, listener), failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			listener.Close()
			limited, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			err = errors.Join(err, s.stop(limited))
		}
	}()
	if err := o.meetContainers(listener); err != nil {
		return nil, err
	}
	forContainers, err := listenForContainers(o, listener)
	if err != nil {
		return nil, err
	}
	if err := s.startDatabase(ctx, o); err != nil {
		return nil, err
	}
	if o.BuildPage {
		if err := o.Project.BuildPage(ctx); err != nil {
			return nil, err
		}
	}
	handler, err := s.serve(ctx, o, template)
	if err != nil {
		return nil, err
	}
	if forContainers != nil {
		s.serveContainers(forContainers, handler)
	}
	s.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ConnContext: gateway.ConnContext}
	go func() {
		if err := s.server.Serve(gateway.KeepHeaderNames(listener)); !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("serve: %w", err))
		}
	}()
	return s, nil
}

// serve makes the table, the functions and the two APIs.
func (s *stack) serve(ctx context.Context, o options, t *template.Template) (*site, error) {
	if len(t.WebSocketAPIs) != 1 || len(t.HTTPAPIs) != 1 || len(t.Tables) != 1 {
		return nil, errors.New("template.yaml must have exactly one WebSocket API, one HTTP API and one table")
	}
	ws := t.WebSocketAPIs[0]
	stage := "/" + ws.Stages[0].Name
	os.Setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", s.URL+stage)
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("configure the AWS SDK: %w", err)
	}
	client := dynamo.NewClient(cfg)
	if err := laptop.CreateTable(ctx, client, t.Tables[0]); err != nil {
		return nil, err
	}
	functions, log, err := newFunctions(cfg, o, t.Functions)
	if err != nil {
		return nil, err
	}
	apis := apiBuilder{functions: functions, log: log, trace: o.tracer()}
	s.gateway, err = gateway.NewWebSocket(apis.webSocket(ws))
	if err != nil {
		return nil, fmt.Errorf("start the WebSocket API: %w", err)
	}
	api, err := gateway.NewHTTP(apis.http(t.HTTPAPIs[0]))
	if err != nil {
		return nil, fmt.Errorf("start the HTTP API: %w", err)
	}
	page, err := newPage(o)
	if err != nil {
		return nil, err
	}
	return newSite(o.Addr, page, stage, s.gateway, api), nil
}

// startDatabase starts a database, unless the environment names one.
func (s *stack) startDatabase(ctx context.Context, o options) error {
	server, err := o.StartDatabase(ctx, o.Engine, o.Data, o.DatabasePort)
	if err != nil || server == nil {
		return err
	}
	s.database = server
	go func() {
		if err := <-server.Failed(); err != nil {
			s.fail(err)
		}
	}()
	return nil
}

// stop ends everything in the opposite order: connections are closed and their
// $disconnect runs while there still is a database and a way to post.
func (s *stack) stop(ctx context.Context) error {
	var errs []error
	if s.gateway != nil {
		errs = append(errs, s.gateway.Shutdown(ctx))
	}
	if s.bridge != nil {
		errs = append(errs, s.bridge.Shutdown(ctx))
	}
	if s.server != nil {
		errs = append(errs, s.server.Shutdown(ctx))
	}
	if s.database != nil {
		errs = append(errs, s.database.Stop(ctx))
	}
	return errors.Join(errs...)
}

func (s *stack) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// address returns the address for a browser of a listener.
func address(addr string, listener net.Listener) string {
	host, _, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return "http://" + net.JoinHostPort(host, port)
}
