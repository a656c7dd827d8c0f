package apigw

import (
	"context"
	"io"
	"log/slog"
	"os"
)

// logged is the closed list of fields that a log line may have. It has no place
// for a text, a token or a cookie.
var logged = map[string]bool{
	slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true,
	"route": true, "reqId": true, "trace": true, "bytes": true, "ms": true, "code": true,
	"outcome": true, "count": true, "version": true, "err": true, "panic": true, "stack": true,
}

// NewLogger makes a logger that writes JSON lines and drops every field that is
// not on the list. Within a Lambda invocation each line has its X-Ray trace,
// which connects all lines of one request.
func NewLogger(w io.Writer) *slog.Logger {
	return slog.New(traced{slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if !logged[a.Key] {
				return slog.Attr{}
			}
			return a
		},
	})})
}

// traced adds the trace of the line's context.
type traced struct{ slog.Handler }

func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if root := traceRoot(ctx); root != "" {
		r.AddAttrs(slog.String("trace", root))
	}
	return h.Handler.Handle(ctx, r)
}

func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }
func (h traced) WithGroup(name string) slog.Handler       { return traced{h.Handler.WithGroup(name)} }

// Fatal logs why a function cannot start, and ends the process.
func Fatal(log *slog.Logger, err error) {
	log.Error("cannot start", "err", err)
	os.Exit(1)
}
