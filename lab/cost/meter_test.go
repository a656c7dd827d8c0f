package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// meter stands between functions and the services that they call: before DynamoDB, whose own
// figures it takes, and in the place of @connections.
type meter struct {
	database, connections *httptest.Server

	mu  sync.Mutex
	now units
	// overloaded: this machine was too busy for the store's time limits, so that the counts
	// are worthless.
	overloaded bool
}

func newMeter(t *testing.T, database string) *meter {
	m := &meter{}
	m.database = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.call(t, w, r, database) }))
	// TLS, since the sample makes its address of a domain name.
	m.connections = httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		frame, _ := io.ReadAll(r.Body)
		m.add(units{Posts: 1, Messages: frames(len(frame)), Out: float64(len(frame))})
	}))
	t.Cleanup(m.database.Close)
	t.Cleanup(m.connections.Close)
	return m
}

// frames is the number of messages that API Gateway bills for one: each begun 32 KB.
func frames(bytes int) float64 { return max(1, math.Ceil(float64(bytes)/(32<<10))) }

func (m *meter) add(u units) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.plus(u)
}

func (m *meter) overload() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.overloaded = true
}

// take returns the units that were used since the last time.
func (m *meter) take() units {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.now
	m.now = units{}
	return u
}

// call passes a request on, and asks DynamoDB for the capacity that it takes.
func (m *meter) call(t *testing.T, w http.ResponseWriter, r *http.Request, database string) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var members map[string]any
	if err := json.NewDecoder(r.Body).Decode(&members); err != nil {
		t.Errorf("%s: %v", op, err)
	}
	members["ReturnConsumedCapacity"] = "TOTAL"
	body, err := json.Marshal(members)
	if err != nil {
		t.Error(err)
	}
	request, err := http.NewRequestWithContext(r.Context(), r.Method, database, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	request.Header = r.Header.Clone()
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	defer reply.Body.Close()
	answer, _ := io.ReadAll(reply.Body)
	m.add(consumed(t, op, members["ConsistentRead"] == true, answer))
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.StatusCode)
	w.Write(answer)
}

// consumed reads the capacity out of an answer. A read that finds nothing is billed as one of
// 4 KB, for which a local DynamoDB says 0:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
func consumed(t *testing.T, op string, consistent bool, answer []byte) units {
	type capacity struct{ CapacityUnits float64 }
	var one struct {
		Type             string `json:"__type"`
		ConsumedCapacity capacity
	}
	var many struct{ ConsumedCapacity []capacity }
	used := 0.0
	if json.Unmarshal(answer, &one) == nil {
		used = one.ConsumedCapacity.CapacityUnits
		if strings.HasSuffix(one.Type, "ConditionalCheckFailedException") {
			used = 1 // a failed condition is billed as the write that it prevented; ours are up to 1 KB
		}
	} else if json.Unmarshal(answer, &many) == nil {
		for _, c := range many.ConsumedCapacity {
			used += c.CapacityUnits
		}
	}
	switch op {
	case "GetItem", "Query", "Scan":
		least := 0.5
		if consistent {
			least = 1
		}
		return units{Calls: 1, Reads: max(used, least)}
	}
	if used == 0 {
		t.Errorf("%s tells no capacity: %s", op, answer)
	}
	return units{Calls: 1, Writes: used}
}
