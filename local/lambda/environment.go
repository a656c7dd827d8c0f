package lambda

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// noAccount stands for an AWS account's number.
const noAccount = "000000000000"

func arn(cfg Config) string {
	return "arn:aws:lambda:" + cfg.Region + ":" + noAccount + ":function:" + cfg.Name
}

// environment returns the variables of a process: the function's own,
// overridden by those that Lambda sets. See
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime.
func environment(cfg Config, runtimeAPI string) []string {
	all := map[string]string{"LANG": "en_US.UTF-8", "TZ": ":UTC"}
	maps.Copy(all, cfg.Environment)
	maps.Copy(all, map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME":        cfg.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(cfg.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + cfg.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      time.Now().UTC().Format("2006/01/02/[$LATEST]") + randomHex(16),
		"AWS_REGION":                      cfg.Region,
		"AWS_DEFAULT_REGION":              cfg.Region,
		"LAMBDA_TASK_ROOT":                cfg.Dir,
		"LAMBDA_RUNTIME_DIR":              cfg.Dir,
		"_HANDLER":                        cfg.Handler,
	})
	if cfg.Runtime != "" && !strings.HasPrefix(cfg.Runtime, "provided") {
		all["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + cfg.Runtime
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return out
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}

// newRequestID returns a random UUID (RFC 9562, version 4).
func newRequestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newTraceID returns an X-Ray trace header: the time in seconds, then 12 random
// bytes.
func newTraceID(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", now.Unix(), randomHex(12), randomHex(8))
}

// maxLine bounds a line without an end.
const maxLine = 64 << 10

// lines is a writer that calls each with every line.
type lines struct {
	each func(line string)

	mu   sync.Mutex
	rest []byte
}

// Write never fails.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, b...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 && len(l.rest) < maxLine {
			return len(b), nil
		}
		line, rest := l.rest, []byte(nil)
		if end >= 0 {
			line, rest = l.rest[:end], l.rest[end+1:]
		}
		l.each(strings.TrimSuffix(string(line), "\r"))
		l.rest = rest
	}
}

// flush passes on the last line if it has no end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > 0 {
		l.each(string(l.rest))
	}
	l.rest = nil
}
