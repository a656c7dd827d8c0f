package apigw

import (
	"io"
	"log/slog"
	"os"
)

// logged is the closed list of what a log line may hold. There is no place in
// it for a text, a token or a cookie.
var logged = map[string]bool{
	slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true,
	"route": true, "reqId": true, "bytes": true, "ms": true, "code": true,
	"outcome": true, "count": true, "err": true, "panic": true, "stack": true,
}

// NewLogger makes a logger that writes JSON lines and drops every field that is
// not on the list.
func NewLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if !logged[a.Key] {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// Fatal logs why a function cannot start, and ends the process.
func Fatal(log *slog.Logger, err error) {
	log.Error("cannot start", "err", err)
	os.Exit(1)
}
