package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"projectchat/internal/wire"
)

// person is a person at the site: in a browser, whose session is a cookie, or as a program
// with a token.
type person struct {
	name   string
	uid    string
	site   string
	token  string // "" in a browser
	http   *http.Client
	socket *websocket.Conn
	asked  int
	pushed [][]byte // pushes, oldest first
}

// frame is the part of a server's frame that tells its kind.
type frame struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Code string `json:"code"`
}

func newPerson(site, name string) (*person, error) {
	jar, err := cookiejar.New(nil)
	return &person{name: name, site: site, http: &http.Client{Jar: jar}}, err
}

// request asks over HTTP. A browser names the origin of its page.
func (p *person) request(ctx context.Context, method, path string, body, answer any) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var content []byte
	if body != nil {
		content = wire.Encode(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, p.site+path, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	r.Header = p.header()
	r.Header.Set("Content-Type", "application/json")
	response, err := p.http.Do(r)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 || answer == nil {
		return response.StatusCode, err
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return response.StatusCode, fmt.Errorf("%s %s answers %q: %w", method, path, text, err)
	}
	return response.StatusCode, nil
}

func (p *person) header() http.Header {
	h := http.Header{}
	switch {
	case p.token != "":
		h.Set("Authorization", "Bearer "+p.token)
	case p.http.Jar != nil:
		h.Set("Origin", p.site)
		h.Set("Sec-Fetch-Site", "same-origin")
	}
	return h
}

// signIn makes a session: of a browser, or of a program.
func (p *person) signIn(ctx context.Context, program bool) error {
	if program {
		p.http = &http.Client{}
	}
	var session wire.Session
	status, err := p.request(ctx, http.MethodPost, "/api/session", wire.SessionRequest{Name: p.name, Bearer: program}, &session)
	if err != nil || status != http.StatusCreated {
		return fmt.Errorf("%s signs in: status %d, %v", p.name, status, err)
	}
	p.uid, p.token = session.UID, session.Token
	return nil
}

// connect opens a socket. An open one is cut first, as by a broken network.
func (p *person) connect(ctx context.Context) error {
	if p.socket != nil {
		p.socket.CloseNow()
	}
	p.pushed = nil
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	socket, response, err := websocket.Dial(ctx, strings.Replace(p.site, "http", "ws", 1)+"/ws?v=1",
		&websocket.DialOptions{HTTPClient: p.http, HTTPHeader: p.header()})
	if err != nil {
		if response != nil {
			err = fmt.Errorf("status %d: %w", response.StatusCode, err)
		}
		return fmt.Errorf("%s connects: %w", p.name, err)
	}
	socket.SetReadLimit(2 * wire.MaxServerFrame)
	p.socket = socket
	return nil
}

func (p *person) leaveSite() {
	if p.socket != nil {
		p.socket.CloseNow()
	}
}

// head begins a request of an action.
func (p *person) head(action string) wire.Head {
	p.asked++
	id := fmt.Sprint(p.asked)
	return wire.Head{Action: action, ID: &id}
}

// ask sends a request and decodes its reply into answer, whose type is want. It keeps the
// frames that come before.
func (p *person) ask(ctx context.Context, request any, want string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := p.socket.Write(ctx, websocket.MessageText, wire.Encode(request)); err != nil {
		return fmt.Errorf("%s asks for %s: %w", p.name, want, err)
	}
	for {
		text, f, err := p.read(ctx)
		if err != nil {
			return fmt.Errorf("%s waits for %s: %w", p.name, want, err)
		}
		if f.ID != fmt.Sprint(p.asked) {
			p.pushed = append(p.pushed, text)
			continue
		}
		if f.Type != want {
			return fmt.Errorf("%s gets %s instead of %s", p.name, text, want)
		}
		return json.Unmarshal(text, answer)
	}
}

func (p *person) read(ctx context.Context) ([]byte, frame, error) {
	_, text, err := p.socket.Read(ctx)
	if err != nil {
		return nil, frame{}, err
	}
	var f frame
	return text, f, json.Unmarshal(text, &f)
}

// errUnheard says that a message was not pushed.
var errUnheard = errors.New("is not told of a message that was sent")

// hears wants a message among the pushes before the answer to a ping: a sender gets its reply
// after the posts to all others, and frames of a connection keep their order.
func (p *person) hears(ctx context.Context, room string, seq int64, text string) error {
	var pong wire.Pong
	if err := p.ask(ctx, wire.Ping{Head: p.head(wire.ActionPing), Rooms: []string{room}}, wire.TypePong, &pong); err != nil {
		return err
	}
	if head := pong.Heads[room]; !head.Live || head.Seq == nil || *head.Seq < seq {
		return fmt.Errorf("%s pings: %+v, want message %d", p.name, pong.Heads, seq)
	}
	for _, frame := range p.pushed {
		var push wire.Messages
		if json.Unmarshal(frame, &push) != nil || push.Type != wire.TypeMessages {
			continue
		}
		for _, m := range push.Messages {
			if m.Seq == seq && m.Text == text {
				return nil
			}
		}
	}
	return fmt.Errorf("%s %w: %d %q", p.name, errUnheard, seq, text)
}

// says sends a message and returns its position in the room.
func (p *person) says(ctx context.Context, room, text string) (wire.Position, error) {
	var sent wire.Sent
	request := wire.Send{Head: p.head(wire.ActionSend), SendBody: wire.SendBody{Room: room, CID: fmt.Sprintf("%s-%d", p.name, p.asked), Text: text}}
	err := p.ask(ctx, request, wire.TypeSent, &sent)
	return wire.Position{Epoch: sent.Epoch, Seq: sent.Seq}, err
}

// joins enters a room, since a position if there was one.
func (p *person) joins(ctx context.Context, room string, since *wire.Position) (joined wire.Joined, err error) {
	err = p.ask(ctx, wire.Join{Head: p.head(wire.ActionJoin), Room: room, Since: since}, wire.TypeJoined, &joined)
	return joined, err
}
