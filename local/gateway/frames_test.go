package gateway_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// echo sends a message back.
var echo = gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$default": twoWay(echoBody{})}}

// header writes a frame's header with a mask of zeros and no payload.
func header(h ws.Header) []byte {
	var b bytes.Buffer
	ws.WriteHeader(&b, h)
	return b.Bytes()
}

func continuation(fin bool, text string) ws.Frame {
	return ws.NewFrame(ws.OpContinuation, fin, []byte(text))
}

func TestMessagesUpToTheLimitsPass(t *testing.T) {
	kb32 := strings.Repeat("x", 32<<10)
	withWebSocket(t, echo, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send(kb32)
		c.want(kb32)

		c.sendFrame(ws.NewFrame(ws.OpText, false, []byte(kb32)))
		c.sendFrame(continuation(false, kb32))
		c.sendFrame(continuation(false, kb32))
		c.sendFrame(continuation(true, kb32))
		for i, op := range []ws.OpCode{ws.OpText, ws.OpContinuation, ws.OpContinuation, ws.OpContinuation} {
			f := c.frame()
			if f.Header.OpCode != op || f.Header.Fin != (i == 3) || f.Header.Masked || string(f.Payload) != kb32 {
				t.Errorf("frame %d: %+v", i, f.Header)
			}
		}
	})
}

func TestFragmentedMessagesAreAssembled(t *testing.T) {
	withWebSocket(t, echo, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.sendFrame(ws.NewFrame(ws.OpText, false, []byte("fr\xc3")))
		c.sendFrame(ws.NewPingFrame([]byte("in between")))
		if f := c.frame(); f.Header.OpCode != ws.OpPong || string(f.Payload) != "in between" {
			t.Errorf("got %v %q, want a pong", f.Header.OpCode, f.Payload)
		}
		c.sendFrame(continuation(false, ""))
		c.sendFrame(continuation(true, "\xbch"))
		c.want("früh")
	})
}

func TestBadFramesCloseTheSocket(t *testing.T) {
	masked := func(h ws.Header) []byte {
		h.Masked = true
		return header(h)
	}
	huge := binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<63)
	tests := []struct {
		name string
		send []byte
		want ws.StatusCode
	}{
		// Only the header is sent: the gateway must not wait for the payload.
		{"frame over 32 KB", masked(ws.Header{Fin: true, OpCode: ws.OpText, Length: 32<<10 + 1}), 1009},
		{"frame of a terabyte", masked(ws.Header{Fin: true, OpCode: ws.OpText, Length: 1 << 40}), 1009},
		{"frame of 2^63", append(huge, 0, 0, 0, 0), 1002},
		{"binary", masked(ws.Header{Fin: true, OpCode: ws.OpBinary, Length: 5}), 1003},
		{"unmasked", header(ws.Header{Fin: true, OpCode: ws.OpText, Length: 5}), 1002},
		{"reserved bit", masked(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText, Length: 5}), 1002},
		{"reserved opcode", masked(ws.Header{Fin: true, OpCode: 3, Length: 5}), 1002},
		{"reserved control opcode", masked(ws.Header{Fin: true, OpCode: 0xb}), 1002},
		{"fragmented ping", masked(ws.Header{Fin: false, OpCode: ws.OpPing}), 1002},
		{"ping over 125 bytes", masked(ws.Header{Fin: true, OpCode: ws.OpPing, Length: 126}), 1002},
		{"continuation of nothing", masked(ws.Header{Fin: true, OpCode: ws.OpContinuation, Length: 1}), 1002},
		{"invalid UTF-8", ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("a\xff")))), 1007},
		{"half a character", ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("a\xc3")))), 1007},
		{"close with one byte", ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame([]byte{3}))), 1002},
		{"close with 1005", ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(1005, "")))), 1002},
		{"close with 999", ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(999, "")))), 1002},
		{"close with 5000", ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(5000, "")))), 1002},
		{"close with an invalid reason", ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame([]byte("\x03\xe8\xff")))), 1007},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLifecycle()
			withWebSocket(t, l.config(), func(t *testing.T, s *site) {
				c := s.connect(t)
				c.sendRaw(test.send)
				c.wantClose(test.want, "")
				got := decode(t, l.disconnect.only(t)).RequestContext.DisconnectStatusCode
				if got != int64(test.want) {
					t.Errorf("$disconnect has %d, want %d", got, test.want)
				}
			})
		})
	}
}

func TestFragmentsBeforeTheEndCloseTheSocket(t *testing.T) {
	kb32 := strings.Repeat("x", 32<<10)
	t.Run("message over 128 KB", func(t *testing.T) {
		withWebSocket(t, echo, func(t *testing.T, s *site) {
			c := s.connect(t)
			c.sendFrame(ws.NewFrame(ws.OpText, false, []byte(kb32)))
			for range 3 {
				c.sendFrame(continuation(false, kb32))
			}
			c.sendRaw(header(ws.Header{Fin: true, OpCode: ws.OpContinuation, Masked: true, Length: 1}))
			c.wantClose(1009, "")
		})
	})
	t.Run("new message within a message", func(t *testing.T) {
		withWebSocket(t, echo, func(t *testing.T, s *site) {
			c := s.connect(t)
			c.sendFrame(ws.NewFrame(ws.OpText, false, []byte("a")))
			c.sendRaw(header(ws.Header{Fin: true, OpCode: ws.OpText, Masked: true, Length: 1}))
			c.wantClose(1002, "")
		})
	})
}

// On TCP, closing a socket with unread input resets it, and the client may lose
// the close frame.
func TestWhatAClientIsSendingIsReadBeforeTheSocketIsClosed(t *testing.T) {
	withWebSocket(t, echo, func(t *testing.T, s *site) {
		c := s.connect(t)
		sent := make(chan error)
		go func() {
			_, err := c.conn.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(make([]byte, 200<<10)))))
			sent <- err
		}()
		if f := c.frame(); f.Header.OpCode != ws.OpClose {
			t.Fatalf("got %v", f.Header.OpCode)
		}
		if err := <-sent; err != nil {
			t.Errorf("the client could not finish its frame: %v", err)
		}
	})
}

func TestPingsAreAnswered(t *testing.T) {
	withWebSocket(t, echo, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.sendFrame(ws.NewPongFrame([]byte("unasked")))
		c.sendFrame(ws.NewPingFrame([]byte("are you there?")))
		if f := c.frame(); f.Header.OpCode != ws.OpPong || string(f.Payload) != "are you there?" {
			t.Errorf("got %v %q", f.Header.OpCode, f.Payload)
		}
	})
}

func TestPingFloodOfAClientThatDoesNotReadIsBounded(t *testing.T) {
	cfg := echo
	cfg.QueueMessages = 3
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		for range 1000 {
			c.sendFrame(ws.NewPingFrame(nil))
		}
		c.send("after")
		pongs := 0
		for {
			f := c.frame()
			if f.Header.OpCode == ws.OpText {
				break
			}
			pongs++
		}
		if pongs < 1 || pongs > 3 {
			t.Errorf("%d pongs were kept, want at most 3", pongs)
		}
	})
}
