// Package compose builds the chat from its parts. Functions, the development
// server and the lab all take it from here, so each new service or function is
// wired once.
package compose

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
	"projectchat/internal/people"
)

// Store keeps the rows of all packages of rules.
type Store interface {
	chat.Store
	people.Store
}

// Rules makes the services over one store. o.Log, o.Now and o.Random are those
// of all services.
func Rules(store Store, cast chat.Broadcaster, o chat.Options) apigw.Rules {
	log := chat.New(store, cast, o)
	return apigw.Rules{
		Chat:   log,
		People: people.New(store, log, people.Options{Log: o.Log, Now: o.Now, Random: o.Random}),
	}
}

// Constructor makes a Lambda function.
type Constructor func(apigw.Rules, *slog.Logger) *apigw.Function

// Functions has the constructor of each Lambda function, by the name of its
// folder in functions/.
func Functions() map[string]Constructor {
	return map[string]Constructor{
		"connect":    apigw.Connect,
		"send":       apigw.Send,
		"history":    apigw.History,
		"disconnect": apigw.Disconnect,
	}
}

// LogicalID is the id of a function in template.yaml, by the name of its folder:
// ConnectFunction is made of functions/connect.
func LogicalID(folder string) string {
	return string(unicode.ToUpper(rune(folder[0]))) + folder[1:] + "Function"
}

// Folder is the inverse of [LogicalID].
func Folder(logicalID string) string {
	return strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

// Parts are what a process of the chat is made of.
type Parts struct {
	Store   *dynamo.Store
	Cast    *apigw.Broadcaster
	Metrics *apigw.Metrics
	Rules   apigw.Rules
	Log     *slog.Logger
}

// FromEnvironment makes the parts as template.yaml's environment has them; see
// [apigw.LoadSettings]. Metrics are written to out. An error names the variable.
func FromEnvironment(getenv func(string) string, cfg aws.Config, out io.Writer) (Parts, error) {
	settings, err := apigw.LoadSettings(getenv)
	if err != nil {
		return Parts{}, fmt.Errorf("read the settings: %w", err)
	}
	log := apigw.NewLogger(out)
	p := Parts{
		Store: dynamo.New(dynamo.NewClient(cfg), settings.Table, nil), Cast: apigw.NewBroadcaster(cfg, log),
		Metrics: apigw.NewMetrics(out, settings.Metrics, nil), Log: log,
	}
	p.Rules = Rules(p.Store, p.Cast, chat.Options{Retention: settings.Retention, Log: log, Recorder: p.Metrics})
	return p, nil
}

// Function makes one of the functions, which counts what it does.
func (p Parts) Function(constructor Constructor) *apigw.Function {
	return constructor(p.Rules, p.Log).Counted(p.Metrics)
}
