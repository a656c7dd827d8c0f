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

// startTimeout is long: a laptop that is busy building needs a while for a JVM.
const startTimeout = 60 * time.Second

// awaitReady asks until the server answers as DynamoDB does and can read its
// data, or has ended, or cannot.
func (s *Server) awaitReady(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errors.New("it did not answer in time"))
	defer cancel()
	const maxPause, damagedAfter = 200 * time.Millisecond, 3
	broken := 0
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, maxPause) {
		status := s.probe(ctx)
		if status == http.StatusInternalServerError {
			broken++
		}
		switch {
		case status == http.StatusOK:
			return nil
		case broken == damagedAfter:
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

// probe gives the status of a request for the list of tables, which only a
// server that can read its data answers with 200; 0 if nobody answers like
// DynamoDB. An unsigned request comes first: whoever answers it in another way
// is neither of our databases.
func (s *Server) probe(ctx context.Context) int {
	status, body := s.ask(ctx, "")
	if status != http.StatusBadRequest || !strings.Contains(body, "MissingAuthenticationToken") {
		return 0
	}
	// They want a signature but do not check it.
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
	const enough = 4 << 10
	text, _ := io.ReadAll(io.LimitReader(response.Body, enough))
	return response.StatusCode, string(text)
}

// explain tells from its output why a server could not start.
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
	return fmt.Errorf("start %s: it does not work: %s", s.Engine.Title(), line)
}
