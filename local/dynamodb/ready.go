package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// startTimeout is long because a JVM starts slowly on a busy laptop.
const startTimeout = 60 * time.Second

// awaitReady waits until the server answers like DynamoDB and can read its
// data. It fails if the server ends, cannot read its data or takes too long.
func (s *Server) awaitReady(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errors.New("it did not answer in time"))
	defer cancel()
	const maxPause, damagedAfter = 200 * time.Millisecond, 3
	failures := 0
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, maxPause) {
		status := s.probe(ctx)
		if status == http.StatusInternalServerError {
			failures++
		}
		switch {
		case status == http.StatusOK:
			return nil
		case failures == damagedAfter:
			return s.explain(dataDir)
		}
		select {
		case <-s.done:
			return s.explain(dataDir)
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", s.Engine.Title(), context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

// probe asks for the list of tables and returns the status of the answer: 200
// from a server that can read its data, 0 if nothing like DynamoDB answers. It
// first sends an unsigned request. A program that does not reject it like
// DynamoDB is another one that listens on this port.
func (s *Server) probe(ctx context.Context) int {
	status, body := s.ask(ctx, "")
	if status != http.StatusBadRequest || !strings.Contains(body, "MissingAuthenticationToken") {
		return 0
	}
	// Both engines require a signature but do not verify it.
	status, _ = s.ask(ctx, "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	return status
}

func (s *Server) ask(ctx context.Context, authorization string) (status int, body string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, strings.NewReader("{}"))
	if err != nil {
		return 0, ""
	}
	request.Close = true
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
		request.Header.Set("X-Amz-Date", "20260101T000000Z")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	const maxAnswer = 4 << 10
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, string(text)
}

// explain returns an error that says, from the server's output, why it could
// not start.
func (s *Server) explain(dataDir string) error {
	output := s.output.String()
	line := usefulLine(output)
	switch {
	case strings.Contains(output, "java.net.BindException"), strings.Contains(output, "is already in use"):
		return fmt.Errorf("%w (%s)", ErrPortTaken, strings.TrimPrefix(s.Endpoint, "http://127.0.0.1:"))
	case strings.Contains(output, "UnsupportedClassVersionError"):
		return ErrOldJava
	case dataDir != "":
		return &DamagedError{Engine: s.Engine, Dir: dataDir, Line: line}
	}
	return fmt.Errorf("start %s: it failed: %s", s.Engine.Title(), line)
}
