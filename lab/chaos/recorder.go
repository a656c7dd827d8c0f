package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"projectchat/lab/check"
)

// recorder writes the history as it happens.
type recorder struct {
	began time.Time
	acked atomic.Int64
	shown atomic.Int64

	mu     sync.Mutex
	file   *os.File
	buffer *bufio.Writer
	lines  *json.Encoder
	err    error
}

func newRecorder(name string) (*recorder, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	buffer := bufio.NewWriterSize(file, 1<<20)
	return &recorder{began: time.Now(), file: file, buffer: buffer, lines: json.NewEncoder(buffer)}, nil
}

// at is the time on the history's clock.
func (r *recorder) at() time.Duration { return time.Since(r.began) }

// add writes a record and sets its time to now. Records are in the order of their times.
func (r *recorder) add(record check.Record) {
	switch record.Op {
	case check.Ack:
		r.acked.Add(1)
	case check.Show:
		r.shown.Add(1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	record.T = r.at()
	if err := r.lines.Encode(record); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *recorder) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.buffer.Flush(); err != nil && r.err == nil {
		r.err = err
	}
	if err := r.file.Close(); err != nil && r.err == nil {
		r.err = err
	}
	if r.err != nil {
		return fmt.Errorf("history: %w", r.err)
	}
	return nil
}

// readHistory reads a recorder's file.
func readHistory(name string) ([]check.Record, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer file.Close()
	return check.ReadAll(file)
}
