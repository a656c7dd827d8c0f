package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"projectchat/internal/wire"
)

// conversation is the meeting of two people.
func (p *play) conversation(ctx context.Context) error {
	if err := p.arrive(ctx); err != nil {
		return err
	}
	if err := p.converse(ctx, "well met"); err != nil {
		return err
	}
	if err := p.comeBack(ctx); err != nil {
		return err
	}
	return p.lookBack(ctx)
}

// arrive brings both into the room. A stranger cannot even connect.
func (p *play) arrive(ctx context.Context) (err error) {
	if p.ann, err = newPerson(p.site.address, "Ann"); err != nil {
		return err
	}
	if err := p.ann.connect(ctx); err == nil {
		return errors.New("a stranger may connect")
	}
	if p.bob, err = newPerson(p.site.address, "Bob"); err != nil {
		return err
	}
	for _, someone := range []*person{p.ann, p.bob} {
		if err := someone.signIn(ctx, someone == p.bob); err != nil {
			return err
		}
		if err := someone.connect(ctx); err != nil {
			return err
		}
		joined, err := someone.joins(ctx, room, nil)
		if err != nil {
			return err
		}
		p.last = wire.Position{Epoch: joined.Epoch, Seq: joined.Seq}
	}
	again, err := newPerson(p.site.address, "ann")
	if err != nil {
		return err
	}
	if status, err := again.request(ctx, http.MethodPost, "/api/session", wire.SessionRequest{Name: again.name}, nil); err != nil || status != http.StatusConflict {
		return fmt.Errorf("a second Ann gets status %d, %v", status, err)
	}
	return nil
}

// converse is an exchange that a busy machine may spoil now and then.
func (p *play) converse(ctx context.Context, text string) (err error) {
	for range attempts {
		if err = p.exchange(ctx, text); !errors.Is(err, errUnheard) {
			return err
		}
	}
	return err
}

// exchange lets each say something that the other hears: Ann on her socket, Bob on his, and
// Bob once more over HTTP.
func (p *play) exchange(ctx context.Context, text string) (err error) {
	if p.last, err = p.ann.says(ctx, room, text+", Bob"); err != nil {
		return err
	}
	if err := p.bob.hears(ctx, room, p.last.Seq, text+", Bob"); err != nil {
		return err
	}
	if p.last, err = p.bob.says(ctx, room, text+", Ann"); err != nil {
		return err
	}
	if err := p.ann.hears(ctx, room, p.last.Seq, text+", Ann"); err != nil {
		return err
	}
	var sent wire.Sent
	post := wire.SendBody{Room: room, CID: fmt.Sprint("http-", p.last.Seq), Text: text + ", by post"}
	if status, err := p.bob.request(ctx, http.MethodPost, "/api/messages", post, &sent); err != nil || status != http.StatusCreated {
		return fmt.Errorf("a post over HTTP: status %d, %v", status, err)
	}
	p.last.Seq = sent.Seq
	return p.ann.hears(ctx, room, sent.Seq, post.Text)
}

// comeBack cuts Bob off and lets Ann write meanwhile. Bob must get exactly her message when
// he is back.
func (p *play) comeBack(ctx context.Context) (err error) {
	since := p.last
	p.bob.socket.CloseNow()
	if p.last, err = p.ann.says(ctx, room, "where is Bob?"); err != nil {
		return err
	}
	if err := p.bob.connect(ctx); err != nil {
		return err
	}
	joined, err := p.bob.joins(ctx, room, &since)
	if err != nil {
		return err
	}
	if joined.Reset || len(joined.Messages) != 1 || joined.Messages[0].Seq != p.last.Seq || joined.Messages[0].UID != p.ann.uid {
		return fmt.Errorf("a join since %+v returned %+v", since, joined)
	}
	if joined.OnlineCount != 2 {
		return fmt.Errorf("the answer counts %d people, want 2", joined.OnlineCount)
	}
	return nil
}

// lookBack reads the room's history both ways. Then one person leaves and comes again.
func (p *play) lookBack(ctx context.Context) error {
	var socket, post wire.HistoryPage
	if err := p.ann.ask(ctx, wire.History{Head: p.ann.head(wire.ActionHistory), Room: room}, wire.TypeHistory, &socket); err != nil {
		return err
	}
	if status, err := p.ann.request(ctx, http.MethodGet, "/api/messages?room=green+room", nil, &post); err != nil || status != http.StatusOK {
		return fmt.Errorf("history over HTTP: status %d, %v", status, err)
	}
	if int64(len(socket.Messages)) != p.last.Seq || !slices.Equal(socket.Messages, post.Messages) {
		return fmt.Errorf("the history has %d messages on the socket and %d over HTTP, want the same %d", len(socket.Messages), len(post.Messages), p.last.Seq)
	}
	var rooms wire.Rooms
	if status, err := p.ann.request(ctx, http.MethodGet, "/api/rooms?q=green", nil, &rooms); err != nil || status != http.StatusOK || len(rooms.Rooms) != 1 {
		return fmt.Errorf("rooms: status %d, %+v, %v", status, rooms, err)
	}
	var left wire.Left
	if err := p.ann.ask(ctx, wire.Leave{Head: p.ann.head(wire.ActionLeave), Room: room}, wire.TypeLeft, &left); err != nil {
		return err
	}
	_, err := p.ann.joins(ctx, room, nil)
	return err
}
