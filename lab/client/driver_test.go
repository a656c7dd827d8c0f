package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

// pipes is a transport whose other ends the test holds.
type pipes struct{ dialled chan *pipe }

type pipe struct {
	toServer, toClient chan []byte
	closed             chan struct{}
	once               sync.Once
}

func (p pipes) Dial(ctx context.Context) (client.Socket, error) {
	s := &pipe{toServer: make(chan []byte, 16), toClient: make(chan []byte, 16), closed: make(chan struct{})}
	select {
	case p.dialled <- s:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *pipe) Send(ctx context.Context, frame []byte) error {
	select {
	case s.toServer <- frame:
		return nil
	case <-s.closed:
		return errors.New("closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *pipe) Receive(ctx context.Context) ([]byte, error) {
	select {
	case frame := <-s.toClient:
		return frame, nil
	case <-s.closed:
		return nil, errors.New("closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *pipe) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func TestDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := pipes{make(chan *pipe)}
		var acked []string
		var lives []bool
		d := client.NewDriver(client.New(client.Config{Room: "Room", UID: me}), server, client.Options{
			Session: func(context.Context) (string, error) { return me, nil },
			Observe: func(_ time.Time, a client.Action) {
				if a, ok := a.(client.Acknowledged); ok {
					acked = append(acked, a.CID)
				}
			},
			Live: func(_ time.Time, live bool) { lives = append(lives, live) },
		})
		ctx, cancel := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() { d.Run(ctx) })

		first := <-server.dialled
		<-first.toServer // the join
		first.Close()    // the client connects again
		s := <-server.dialled
		if f := string(<-s.toServer); !strings.Contains(f, `"join"`) {
			t.Errorf("sent %s", f)
		}
		s.toClient <- []byte(joined("1", 0, false, false, nil))
		d.Do(ctx, client.Write{Text: "hello"})
		cid := cidOf(string(<-s.toServer))
		s.toClient <- []byte(`{"type":"sent","id":"2","room":"room","cid":"` + cid + `","epoch":"` + epoch + `","seq":1,"at":"2026-11-24T09:00:00.000Z","duplicate":false}`)
		synctest.Wait()
		if len(acked) != 1 || acked[0] != cid {
			t.Errorf("acknowledged %v, want %s", acked, cid)
		}
		cancel()
		run.Wait()
		<-s.closed
		if want := []bool{true, false}; !slices.Equal(lives, want) {
			t.Errorf("live was %v, want %v", lives, want)
		}
	})
}

// noSockets is a network in which every handshake fails.
type noSockets struct{}

func (noSockets) Dial(context.Context) (client.Socket, error) { return nil, errors.New("refused") }

func TestDriverPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var shown []int64
		page := wire.HistoryPage{Type: "history", Room: "room", Epoch: epoch, Messages: rows(1, 2)}
		m := client.New(client.Config{Room: "Room", UID: me, Polls: true})
		d := client.NewDriver(m, noSockets{}, client.Options{
			Session: func(context.Context) (string, error) { return me, nil },
			HTTP: func(_ context.Context, method, target string, _ []byte) (int, []byte, error) {
				if method+" "+target == "GET /api/messages?room=Room" {
					return 200, wire.Encode(page), nil
				}
				return 0, nil, errors.New("cut off")
			},
			Observe: func(_ time.Time, a client.Action) {
				if a, ok := a.(client.Shown); ok {
					shown = append(shown, a.Messages[0].Seq, a.Messages[1].Seq)
					cancel()
				}
			},
		})
		d.Run(ctx)
		if !slices.Equal(shown, []int64{1, 2}) {
			t.Errorf("shown %v", shown)
		}
	})
}
