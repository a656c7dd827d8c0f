package dynamodb

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Kept is a server that starts again, at the same address, when it ends by
// itself.
type Kept struct {
	Engine   Engine
	Endpoint string

	failed   chan error
	cancel   context.CancelFunc
	restarts sync.WaitGroup
	server   *Server // belongs to restart until that has returned
}

// Keep is [Start] for a server that must survive its own crashes. Without a
// data folder a restart would lose the data, so Keep then only reports the end,
// on [Kept.Failed].
func Keep(ctx context.Context, o Options) (*Kept, error) { return keep(ctx, o, time.Second) }

// keep does not restart a server that ends within tooSoon of its start: the
// next one would end as well.
func keep(ctx context.Context, o Options, tooSoon time.Duration) (*Kept, error) {
	server, err := Start(ctx, o)
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(server.Endpoint)
	if err == nil {
		o.Engine = server.Engine
		o.Port, err = strconv.Atoi(at.Port())
	}
	if err != nil {
		server.kill()
		return nil, err
	}
	keeping, cancel := context.WithCancel(context.Background())
	k := &Kept{Engine: server.Engine, Endpoint: server.Endpoint, failed: make(chan error, 1), cancel: cancel, server: server}
	k.restarts.Go(func() { k.failed <- k.restart(keeping, o, tooSoon) })
	return k, nil
}

// restart starts the server again whenever it ends. It returns nil when ctx
// ends, and an error when it cannot restart the server.
func (k *Kept) restart(ctx context.Context, o Options, tooSoon time.Duration) error {
	for {
		began := time.Now()
		select {
		case <-k.server.Done():
		case <-ctx.Done():
			return nil
		}
		if o.DataDir == "" || time.Since(began) < tooSoon {
			return fmt.Errorf("%s has ended by itself: %s", o.Engine.Title(), usefulLine(k.server.output.String()))
		}
		server, err := Start(ctx, o)
		if err != nil && ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("start %s again: %w", o.Engine.Title(), err)
		}
		k.server = server
		if o.Log != nil {
			o.Log(fmt.Sprintf("%s had ended by itself; it runs again", o.Engine.Title()))
		}
	}
}

// Failed returns a channel with one value: an error when the server has ended
// and cannot be restarted, or nil after [Kept.Stop].
func (k *Kept) Failed() <-chan error { return k.failed }

// Stop stops the server for good; see [Server.Stop].
func (k *Kept) Stop(ctx context.Context) error {
	k.cancel()
	k.restarts.Wait()
	return k.server.Stop(ctx)
}
