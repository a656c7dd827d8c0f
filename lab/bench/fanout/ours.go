package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/compose"
	"projectchat/internal/dynamo"
	"projectchat/internal/wire"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/gateway"
)

const (
	origin       = "http://localhost"
	tabsOfPerson = 20 // connections that share a session, which makes the set-up faster
)

// ours is the chat of this project, whole.
type ours struct {
	meter    *meter
	addr     string
	database *localdb.Server
	gateway  *gateway.WebSocket
	server   *http.Server
}

func newOurs(ctx context.Context) (*ours, error) {
	database, err := localdb.Start(ctx, localdb.Options{Dir: ".local", Engine: localdb.Engine(os.Getenv(localdb.EngineVariable))})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	o := &ours{meter: &meter{}, addr: listener.Addr().String(), database: database}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB":                database.Endpoint,
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://" + o.addr + "/ws",
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "",
	} {
		os.Setenv(name, value)
	}
	if err := o.serve(ctx, listener); err != nil {
		database.Stop(ctx)
		return nil, err
	}
	return o, nil
}

func (o *ours) serve(ctx context.Context, listener net.Listener) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("configure the AWS SDK: %w", err)
	}
	client := dynamo.NewClient(cfg)
	err = dynamo.CreateTable(ctx, client, dynamo.TableSpec{
		Name: "fanout", Keys: []dynamo.TableKey{{Attribute: "pk", Type: "HASH"}, {Attribute: "sk", Type: "RANGE"}},
		Attributes: map[string]string{"pk": "S", "sk": "S"},
	})
	if err != nil {
		return err
	}
	log := apigw.NewLogger(os.Stderr)
	quiet := apigw.NewLogger(new(bytes.Buffer))
	store := timedStore{dynamo.New(client, "fanout", nil), o.meter}
	rules := compose.Rules(store, timedBroadcaster{apigw.NewBroadcaster(cfg, log), o.meter}, chat.Options{Log: log})
	connect, send, history := apigw.Connect(rules, quiet), apigw.Send(rules, quiet), apigw.History(rules, quiet)
	disconnect := apigw.Disconnect(rules, quiet)
	o.gateway, err = gateway.NewWebSocket(gateway.WebSocketConfig{
		Stage: "ws", RouteSelectionExpression: "$request.body.action",
		Routes: map[string]gateway.Route{
			"$connect": {Function: connect}, "$disconnect": {Function: disconnect},
			"join": {Function: connect, TwoWay: true}, "send": {Function: send, TwoWay: true},
		},
	})
	if err != nil {
		return fmt.Errorf("start the WebSocket API: %w", err)
	}
	api, err := gateway.NewHTTP(gateway.HTTPConfig{Routes: map[string]gateway.Route{
		"POST /api/session": {Function: connect}, "GET /api/rooms": {Function: history},
	}})
	if err != nil {
		return fmt.Errorf("start the HTTP API: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/ws", o.gateway)
	mux.Handle("/ws/", o.gateway)
	mux.Handle("/api/", api)
	o.server = &http.Server{Handler: mux}
	go o.server.Serve(listener)
	return nil
}

// open signs people in and puts n of their connections into one room.
func (o *ours) open(ctx context.Context, n int) (*room, error) {
	socks := make([]*websocket.Conn, n)
	var cookie string
	var group errgroup.Group
	group.SetLimit(16)
	for i := range n {
		if i%tabsOfPerson == 0 {
			var err error
			if cookie, err = o.signIn(ctx, fmt.Sprintf("person %d", i)); err != nil {
				return nil, err
			}
		}
		group.Go(func() (err error) {
			socks[i], err = o.join(ctx, cookie)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	o.meter.take()
	sent := 0
	return newRoom(socks, func(text string) []byte {
		sent++
		frame, _ := json.Marshal(map[string]any{"action": "send", "room": "bench", "cid": fmt.Sprintf("c%d", sent), "text": text})
		return frame
	}, `"type":"sent"`), nil
}

func (o *ours) signIn(ctx context.Context, name string) (cookie string, err error) {
	body := bytes.NewReader(wire.Encode(wire.SessionRequest{Name: name}))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+o.addr+"/api/session", body)
	if err != nil {
		return "", err
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {origin}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("sign in: %s", res.Status)
	}
	cookie, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	return cookie, nil
}

func (o *ours) join(ctx context.Context, cookie string) (*websocket.Conn, error) {
	header := http.Header{"Origin": {origin}, "Cookie": {cookie}}
	c, _, err := websocket.Dial(ctx, "ws://"+o.addr+"/ws?v=1", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c.SetReadLimit(-1)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"action":"join","room":"bench"}`)); err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	for {
		_, frame, err := c.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("join: %w", err)
		}
		if bytes.Contains(frame, []byte(`"type":"joined"`)) {
			return c, nil
		}
		if bytes.Contains(frame, []byte(`"type":"error"`)) || bytes.HasPrefix(frame, []byte(`{"message"`)) {
			return nil, fmt.Errorf("join: %s", frame)
		}
	}
}

func (o *ours) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	o.gateway.Shutdown(ctx)
	o.server.Close()
	o.database.Stop(ctx)
}
