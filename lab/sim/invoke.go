package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/refusal"
)

var background = context.Background()

// functionTimeout is the timeout in template.yaml.
const functionTimeout = 10 * time.Second

// outcome is the gateway's knowledge of an invocation's end.
type outcome int

const (
	answered outcome = iota
	died             // the process is gone, or its answer was lost
	timedOut
)

// invocation is one call of a function. It stands for a process of its own: it may die, or
// hang, at any step that it takes outside.
type invocation struct {
	w     *world
	name  string
	dice  *rand.Rand // of the loop's decisions about this invocation
	skew  time.Duration
	steps int
	dieAt int // the step at which it dies; 0: none
	after bool
	hang  int // the step that never ends; 0: none
	dead  bool
	old   bool // a function of revision 1

	mu     sync.Mutex
	counts map[string]int
}

// invoke runs the function behind a route on an event and calls done, in the loop, with its
// reply.
func (w *world) invoke(route string, event any, done func(outcome, []byte)) {
	function := functions()[route]
	old := w.old[function]
	if old {
		event, done = w.asOld(event, done)
	}
	payload, err := json.Marshal(event)
	if err != nil {
		panic(err) // only our own events come here
	}
	w.invocations++
	w.stats["invocations"]++
	inv := &invocation{w: w, name: fmt.Sprintf("i%d", w.invocations), old: old, counts: map[string]int{}}
	inv.dice = w.dice(inv.name)
	inv.skew = w.between(-20*time.Millisecond, 20*time.Millisecond)
	if w.trouble || w.wrongClocks {
		inv.skew = w.between(-5*time.Second, 5*time.Second)
	}
	if w.strikes(0.03, "function dies") {
		inv.dieAt, inv.after = 1+w.rng.IntN(8), w.chance(0.5)
	}
	if w.strikes(0.01, "function hangs") {
		inv.hang, inv.after = 1+w.rng.IntN(8), w.chance(0.5)
	}
	lost := w.strikes(0.01, "answer lost")
	ctx, cancel := context.WithTimeout(background, functionTimeout)
	w.loop.busy++
	w.running[inv] = true
	go func() {
		reply, err := inv.function(function).Invoke(ctx, payload)
		over := ctx.Err() != nil
		end := func() struct{} {
			w.loop.busy--
			delete(w.running, inv)
			cancel()
			switch {
			case over:
				done(timedOut, nil)
			case err != nil:
				panic(err) // only our own events come here
			case inv.dead || lost:
				done(died, nil)
			default:
				done(answered, reply)
			}
			return struct{}{}
		}
		park(background, w.loop, time.Now(), inv.name+"/end", end)
	}()
}

// function makes the function as its main does, over this invocation's store.
func (inv *invocation) function(name string) *apigw.Function {
	log := slog.New(slog.DiscardHandler)
	random := inv.w.dice(inv.name + "/random")
	store := &store{Faulty: chattest.NewFaulty(inv.w.store, inv.plan), inv: inv}
	rules := compose.Rules(store, broadcaster{inv}, chat.Options{
		Retention: inv.w.o.Retention, Log: log,
		Now:    func() time.Time { return time.Now().Add(inv.skew) },
		Random: reader{random}, Ring: random.Uint32, SmallRoom: inv.w.smallRoom,
		Jitter: func(most time.Duration) time.Duration { return time.Duration(random.Int64N(int64(most))) },
	})
	return compose.Functions()[name](rules, log)
}

type reader struct{ dice *rand.Rand }

func (r reader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r.dice.Uint32())
	}
	return len(b), nil
}

// step waits for the invocation's turn, and returns the fault of this step. what names the
// step: of several steps that are taken at the same time each has its own luck, in whatever
// order they come.
func (inv *invocation) step(ctx context.Context, what string) chattest.Fault {
	return inv.stepAnd(ctx, what, nil)
}

// unique names one step of a kind.
func (inv *invocation) unique(what string) string {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	inv.counts[what]++
	return fmt.Sprintf("%s/%s/%d", inv.name, what, inv.counts[what])
}

// stepAnd is step with an effect that happens in the loop itself.
func (inv *invocation) stepAnd(ctx context.Context, what string, do func()) chattest.Fault {
	name := inv.unique(what)
	dice := inv.w.dice(name)
	took := time.Millisecond + time.Duration(dice.Int64N(int64(8*time.Millisecond)))
	if dice.Float64() < 0.02 {
		took += time.Duration(dice.Int64N(int64(700 * time.Millisecond))) // some steps are slow
	}
	fault, ok := park(ctx, inv.w.loop, time.Now().Add(took), name, func() chattest.Fault {
		fault := inv.decide()
		if do != nil && fault.When != chattest.Before && fault.When != chattest.HangBefore {
			do()
		}
		return fault
	})
	if !ok {
		return chattest.Fault{When: chattest.Before, Err: ctx.Err()}
	}
	return fault
}

// decide returns the fault of a step. It runs in the loop.
func (inv *invocation) decide() chattest.Fault {
	inv.steps++
	switch {
	case inv.dead:
		return chattest.Fault{When: chattest.Before}
	case inv.steps == inv.dieAt:
		inv.dead = true
		return inv.when(chattest.Before, chattest.After)
	case inv.steps == inv.hang:
		return inv.when(chattest.HangBefore, chattest.HangAfter)
	case inv.w.strikes(0.02, "store fails before"):
		fault := chattest.Fault{When: chattest.Before}
		if inv.dice.Float64() < 0.5 {
			fault.Err = refusal.ErrBusy
		}
		return fault
	case inv.w.strikes(0.02, "store fails after"):
		return chattest.Fault{When: chattest.After}
	}
	return chattest.Fault{}
}

func (inv *invocation) when(before, after chattest.When) chattest.Fault {
	if inv.after {
		return chattest.Fault{When: after}
	}
	return chattest.Fault{When: before}
}

func (inv *invocation) plan(call chattest.Call) chattest.Fault {
	return inv.step(background, call.Op)
}

// store is an invocation's way to the store. The rules make some calls at the same time;
// their names tell them apart.
type store struct {
	*chattest.Faulty
	inv *invocation
}

// broadcaster is an invocation's way to the connections.
type broadcaster struct{ inv *invocation }

// Push implements [chat.Broadcaster].
func (b broadcaster) Push(ctx context.Context, to []string, p chat.Push) (gone []string) {
	frame := apigw.EncodePush(p)
	isGone := make([]bool, len(to))
	var posts sync.WaitGroup
	for i, id := range to {
		posts.Go(func() { isGone[i] = b.post(ctx, id, frame) })
	}
	posts.Wait()
	for i, id := range to {
		if isGone[i] {
			gone = append(gone, id)
		}
	}
	return gone
}

// Disconnect implements [chat.Broadcaster].
func (b broadcaster) Disconnect(ctx context.Context, id string, bye chat.Bye) error {
	if b.post(ctx, id, apigw.EncodePush(bye)) {
		return nil
	}
	dropped := false
	fault := b.inv.stepAnd(ctx, "close/"+id, func() { dropped = b.inv.w.gateway.drop(id) })
	if fault.When != chattest.Never || !dropped {
		return fmt.Errorf("close a connection: %w", chattest.ErrInjected)
	}
	return nil
}

// post gives the gateway a frame, within the time limit of a post.
func (b broadcaster) post(ctx context.Context, id string, frame []byte) (gone bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	name := b.inv.unique("post/" + id)
	took := time.Millisecond + time.Duration(b.inv.w.dice(name).Int64N(int64(15*time.Millisecond)))
	verdict, _ := park(ctx, b.inv.w.loop, time.Now().Add(took), name, func() postVerdict {
		b.inv.steps++
		if b.inv.steps == b.inv.dieAt {
			b.inv.dead = true
		}
		if b.inv.dead {
			return postFailed
		}
		return b.inv.w.gateway.post(id, frame)
	})
	if verdict == postHangs {
		<-ctx.Done()
	}
	return verdict == postGone
}

// socketEvent is an event of the WebSocket API.
func socketEvent(route, connectionID, body string) events.APIGatewayWebsocketProxyRequest {
	e := events.APIGatewayWebsocketProxyRequest{Body: body}
	e.RequestContext.RouteKey, e.RequestContext.ConnectionID = route, connectionID
	e.RequestContext.RequestID, e.RequestContext.Stage = "r", "ws"
	return e
}

// httpEvent is an event of the HTTP API from a program with a token.
func httpEvent(method, path, token, body string, query map[string]string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: method + " " + path, RawPath: path, Body: body, QueryStringParameters: query}
	e.RequestContext.RouteKey, e.RequestContext.RequestID = e.RouteKey, "r"
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = method, path
	e.Headers = map[string]string{"content-type": "application/json"}
	if token != "" {
		e.Headers["authorization"] = "Bearer " + token
	}
	return e
}

// http asks the HTTP API. done gets the status (0: no answer) and the body.
func (w *world) http(e events.APIGatewayV2HTTPRequest, done func(status int, body string)) {
	w.invoke(e.RouteKey, e, func(o outcome, reply []byte) {
		var r events.APIGatewayV2HTTPResponse
		if o != answered || json.Unmarshal(reply, &r) != nil {
			done(0, "")
			return
		}
		done(r.StatusCode, r.Body)
	})
}

func actionOf(frame []byte) string {
	_, rest, _ := strings.Cut(string(frame), `"action":"`)
	action, _, _ := strings.Cut(rest, `"`)
	return action
}
