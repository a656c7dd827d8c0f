package dynamodb

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Kept is a server on a data folder that is started again, at its address, if it
// ends by itself.
type Kept struct {
	Engine   Engine
	Endpoint string

	failed chan error
	cancel context.CancelFunc
	over   sync.WaitGroup
	server *Server // read it when over
}

// Keep is [Start] for a server that is kept. One in memory would come back
// without its data, so [Kept.Failed] tells of its end.
func Keep(ctx context.Context, o Options) (*Kept, error) { return keep(ctx, o, time.Second) }

// keep gives up a server that ends within tooSoon of its start: that is no
// accident, and the next one would end, too.
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
	k.over.Go(func() { k.failed <- k.restart(keeping, o, tooSoon) })
	return k, nil
}

// restart starts the server again whenever it ends, until that cannot be done or
// ctx ends, for which there is no error.
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

// Failed gives one error when the server cannot be kept, and nil after [Kept.Stop].
func (k *Kept) Failed() <-chan error { return k.failed }

// Stop is [Server.Stop], for good.
func (k *Kept) Stop(ctx context.Context) error {
	k.cancel()
	k.over.Wait()
	return k.server.Stop(ctx)
}
